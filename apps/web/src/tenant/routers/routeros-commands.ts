import type { RadiusServer, Router } from '@/api/models';

/** A string in a RouterOS script: these three characters mean something inside quotes. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\$]/g, '\\$&')}"`;

/**
 * The commands, word by word. RouterOS 6.43 and later. The timeout is 3 s because the router's own 1.1 s gives up while a busy server still works;
 * incoming requests are switched on explicitly because the defaults differ between versions.
 */
export function routerOsCommands(router: Router, server: RadiusServer, secret: string): string[][] {
  return [
    [
      '/radius',
      'add',
      'service=ppp,hotspot',
      `address=${address(server.address)}`,
      `secret=${quoted(secret)}`,
      `authentication-port=${server.auth_port}`,
      `accounting-port=${server.acct_port}`,
      'timeout=3s',
      'comment=Jala',
    ],
    ['/radius', 'incoming', 'set', 'accept=yes', `port=${router.coa_port ?? 3799}`],
    ['/ppp', 'aaa', 'set', 'use-radius=yes', 'accounting=yes', 'interim-update=5m'],
    ['/ip', 'hotspot', 'profile', 'set', '[find]', 'use-radius=yes', 'radius-accounting=yes', 'radius-interim-update=received'],
  ];
}

/** `/radius` takes addresses only; a name is looked up when the line is run. */
function address(host: string): string {
  return /^[\d.]+$|:/.test(host) ? host : `[:resolve ${quoted(host)}]`;
}
