import { spawn } from 'node:child_process';

export interface RadiusAnswer {
  /** `Access-Accept`, `Access-Reject`, `Accounting-Response`; undefined when the server kept silent. */
  readonly packet: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RouterSide {
  /** The address its packets come from; any of 127.0.0.0/8 is on this machine. */
  readonly address: string;
  readonly secret: string;
}

type Attributes = Readonly<Record<string, string | number>>;

const quoted = (value: string | number): string =>
  typeof value === 'number' ||
  /^(?:0x[0-9a-f]+|\d{1,3}(?:\.\d{1,3}){3}|Start|Stop|Interim-Update|Framed-User|PPP|Virtual|Ethernet)$/.test(value)
    ? String(value)
    : JSON.stringify(value);

/** Speaks as a router does: one packet by radclient, from the router's own address. */
export function sendRadius(
  port: number,
  kind: 'auth' | 'acct',
  router: RouterSide,
  attributes: Attributes,
  options: { timeoutSeconds?: number; retries?: number } = {},
): Promise<RadiusAnswer> {
  const lines = { 'Packet-Src-IP-Address': router.address, ...attributes, ...(kind === 'auth' && { 'Message-Authenticator': '0x00' }) };
  const child = spawn('radclient', [
    '-x',
    '-r',
    String(options.retries ?? 1),
    '-t',
    String(options.timeoutSeconds ?? 3),
    `127.0.0.1:${port}`,
    kind,
    router.secret,
  ]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(
    `${Object.entries(lines)
      .map(([name, value]) => `${name} = ${quoted(value)}`)
      .join('\n')}\n`,
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(parse(Buffer.concat(chunks).toString('utf8'))));
  });
}

function parse(output: string): RadiusAnswer {
  const [, received] = output.split(/^Received /m);
  if (received === undefined) return { packet: undefined, attributes: {} };
  const attributes: Record<string, string> = {};
  for (const [, name, value] of received.matchAll(/^\t([A-Za-z0-9-]+) = (.*)$/gm)) attributes[name!] = value!.replace(/^"(.*)"$/, '$1');
  return { packet: received.split(' ', 1)[0], attributes };
}
