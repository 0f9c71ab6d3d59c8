import { execFile } from 'node:child_process';

export interface RadiusRequest {
  readonly port: number;
  readonly kind: 'auth' | 'acct' | 'status';
  readonly secret: string;
  /** The router's address; every address of 127.0.0.0/8 is ours, and ::1. */
  readonly from?: string;
  /** Text is quoted; hex (0x…), numbers and names of values are not. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Seconds to wait for an answer, once. */
  readonly timeout?: number;
  readonly attempts?: number;
}

export type AttributeValue = string | { readonly raw: string };

export interface RadiusReply {
  readonly answer: 'accept' | 'reject' | 'challenge' | 'acknowledged' | 'silence';
  readonly attributes: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

const ANSWERS: Readonly<Record<string, RadiusReply['answer']>> = {
  'Access-Accept': 'accept',
  'Access-Reject': 'reject',
  'Access-Challenge': 'challenge',
  'Accounting-Response': 'acknowledged',
};

/** One request through radclient, which checks the answer's authenticator: an answer to another secret is silence. */
export async function radclient(request: RadiusRequest): Promise<RadiusReply> {
  const attributes: Record<string, AttributeValue> = { ...request.attributes };
  const overIpv6 = request.from?.includes(':') === true;
  if (request.from && !overIpv6) attributes['Packet-Src-IP-Address'] = { raw: request.from };
  const input = Object.entries(attributes).map(([name, value]) => `${name} = ${typeof value === 'string' ? quoted(value) : value.raw}`);
  const started = Date.now();
  const output = await run(
    [
      '-x',
      '-r',
      String(request.attempts ?? 1),
      '-t',
      String(request.timeout ?? 3),
      `${overIpv6 ? '[::1]' : '127.0.0.1'}:${request.port}`,
      request.kind,
      request.secret,
    ],
    `${input.join('\n')}\n`,
  );
  const received = /^Received (\S+) Id[^\n]*\n((?:\t[^\n]*\n?)*)/m.exec(output);
  if (!received) {
    if (!/No reply from server/.test(output)) throw new Error(`radclient did not send this:\n${input.join('\n')}\n${output}`);
    return { answer: 'silence', attributes: {}, milliseconds: Date.now() - started };
  }
  const pairs = [...received[2]!.matchAll(/^\t(\S+) [:+]?= (.*)$/gm)].map(([, name, value]) => [name!, value!.replace(/^"(.*)"$/, '$1')]);
  return { answer: ANSWERS[received[1]!]!, attributes: Object.fromEntries(pairs), milliseconds: Date.now() - started };
}

function quoted(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\u0000-\u001f]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"${escaped}"`;
}

function run(args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('radclient', args, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`radclient: ${error.message}`));
      else resolve(stdout + stderr);
    });
    child.stdin?.end(input);
  });
}
