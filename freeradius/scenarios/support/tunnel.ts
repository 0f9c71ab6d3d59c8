import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TunnelLogin {
  readonly port: number;
  readonly secret: string;
  readonly from: string;
  readonly method: 'PEAP' | 'TTLS';
  readonly inner: 'MSCHAPV2' | 'PAP';
  readonly username: string;
  readonly password: string;
  /** What is seen outside the tunnel. */
  readonly anonymous: string;
  readonly mac?: string;
  /** The certificate that the device trusts. */
  readonly ca: string;
  /** Seconds until the device gives up. */
  readonly timeout?: number;
}

export interface TunnelReply {
  readonly accepted: boolean;
  readonly output: string;
}

/** A device that logs in with EAP (wpa_supplicant's eapol_test). */
export async function eapolTest(login: TunnelLogin): Promise<TunnelReply> {
  const folder = mkdtempSync(join(tmpdir(), 'jala-eap-'));
  const quote = (text: string): string => `P"${text.replace(/[\\"]/g, '\\$&')}"`;
  writeFileSync(
    join(folder, 'network'),
    [
      'network={',
      'key_mgmt=WPA-EAP',
      `eap=${login.method}`,
      `identity=${quote(login.username)}`,
      `anonymous_identity=${quote(login.anonymous)}`,
      `password=${quote(login.password)}`,
      `phase2="${login.method === 'PEAP' || login.inner === 'PAP' ? 'auth' : 'autheap'}=${login.inner}"`,
      `ca_cert="${login.ca}"`,
      '}',
      '',
    ].join('\n'),
  );
  const args = ['-c', join(folder, 'network'), '-a', '127.0.0.1', '-p', String(login.port), '-s', login.secret, '-A', login.from];
  args.push('-t', String(login.timeout ?? 15), '-M', login.mac ?? '02:00:00:00:00:01');
  try {
    return await new Promise((resolve, reject) => {
      execFile('eapol_test', args, { timeout: 60_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(new Error(`eapol_test: ${error.message}`));
        else resolve({ accepted: !error, output: stdout + stderr });
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
