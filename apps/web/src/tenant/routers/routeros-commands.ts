import type { IssuedCertificate, RadiusServer, Router } from '@/api/models';

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
    ...ASK_RADIUS,
  ];
}

const ASK_RADIUS = [
  ['/ppp', 'aaa', 'set', 'use-radius=yes', 'accounting=yes', 'interim-update=5m'],
  ['/ip', 'hotspot', 'profile', 'set', '[find]', 'use-radius=yes', 'radius-accounting=yes', 'radius-interim-update=received'],
];

/**
 * The same over TLS; RouterOS 7. What Jala put there before goes first: the certificate may be a successor, or the router
 * may have been known by its address. RouterOS sends the secret "radsec" whatever is set (RFC 6614 section 2.3).
 */
export function radsecCommands({ certificate, file_name, password }: IssuedCertificate, server: RadiusServer): string[][] {
  return [
    ['/certificate', 'import', `file-name=${quoted(file_name)}`, `passphrase=${quoted(password)}`],
    ['/radius', 'remove', '[find where comment=Jala]'],
    [
      '/radius',
      'add',
      'service=ppp,hotspot',
      `address=${address(server.address)}`,
      'protocol=radsec',
      'secret=radsec',
      `authentication-port=${server.radsec_port}`,
      `accounting-port=${server.radsec_port}`,
      `certificate=[/certificate get [find where common-name=${quoted(certificate.common_name)}] name]`,
      'timeout=3s',
      'comment=Jala',
    ],
    ...ASK_RADIUS,
  ];
}

/** `/radius` takes addresses only; a name is looked up when the line is run. */
function address(host: string): string {
  return /^[\d.]+$|:/.test(host) ? host : `[:resolve ${quoted(host)}]`;
}
