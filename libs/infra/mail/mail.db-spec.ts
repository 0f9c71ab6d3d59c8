import { type AddressInfo } from 'node:net';
import { Test, type TestingModule } from '@nestjs/testing';
import { SMTPServer } from 'smtp-server';
import { SecretBox } from '@jala/infra/crypto';
import { QueueModule, UnrecoverableJobError, type JobPayload } from '@jala/infra/queue';
import { createTestCentral, createTestTenancy, type TestCentral, type TestTenancy, TestInfraModule } from '@jala/infra/testing';
import { DevMailsRepository, Mailer, MailModule, MailWorkerModule, SendMailHandler } from '.';

interface Received {
  from: string;
  to: string[];
  source: string;
}

/** A real mail server on a free port. Boxes at `gone.example` do not exist; `later` makes it refuse for now. */
function mailServer(): { server: SMTPServer; received: Received[]; state: { later: boolean } } {
  const received: Received[] = [];
  const state = { later: false };
  const refusal = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, done) =>
      done(address.endsWith('@gone.example') ? refusal(550, 'no such box') : state.later ? refusal(451, 'later') : null),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
  });
  return { server, received, state };
}

const context = { attempt: 1, attempts: 8, jobKey: 'central-1' };
const payload = (change: Partial<JobPayload<'mail.send'>> = {}): JobPayload<'mail.send'> => ({
  to: 'siti@example.net',
  template: 'security-notice',
  locale: 'id',
  params: {
    name: 'Siti',
    brand: 'ISP Nusantara',
    event: 'password-changed',
    at: '2026-03-15T03:00:00.000Z',
    timezone: 'Asia/Jakarta',
    ip: '203.0.113.9',
  },
  ...change,
});
/** Undoes quoted-printable (RFC 2045 §6.7) of a whole message. */
const readable = (source: string): string =>
  Buffer.from(
    source.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

describe('mails', () => {
  let central: TestCentral;
  let tenancy: TestTenancy;
  let smtp: ReturnType<typeof mailServer>;
  let testing: TestingModule;

  const start = async (config: Record<string, string>): Promise<TestingModule> => {
    central = await createTestCentral({ overrides: { MAIL_FROM: 'Jala <no-reply@jala.example>', ...config } });
    tenancy = await createTestTenancy();
    testing = await Test.createTestingModule({
      imports: [TestInfraModule.with({ central, tenancy }), QueueModule, MailModule, MailWorkerModule],
    }).compile();
    return testing.init().then(() => testing);
  };
  const stop = async (): Promise<void> => {
    await testing.close();
    await tenancy.drop();
    await central.drop();
  };

  describe('through a mail server', () => {
    beforeAll(async () => {
      smtp = mailServer();
      await new Promise<void>((resolve) => smtp.server.listen(0, '127.0.0.1', resolve));
      const { port } = smtp.server.server.address() as AddressInfo;
      await start({ MAIL_TRANSPORT: 'smtp', SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port) });
    });
    afterAll(async () => {
      await stop();
      await new Promise<void>((resolve) => smtp.server.close(resolve));
    });
    beforeEach(() => smtp.received.splice(0));

    const send = (change?: Partial<JobPayload<'mail.send'>>): Promise<void> =>
      testing.get(SendMailHandler).handle(payload(change), context);

    it('arrive as text and HTML, in the reader’s language and zone, in the name of the provider', async () => {
      await send();
      const [mail] = smtp.received;
      expect(mail).toMatchObject({ from: 'no-reply@jala.example', to: ['siti@example.net'] });
      const source = readable(mail!.source);
      expect(source).toContain('From: ISP Nusantara <no-reply@jala.example>');
      expect(source).toContain('Subject: ISP Nusantara: keamanan akun Anda');
      expect(source).toContain('multipart/alternative');
      expect(source).toContain('Waktu: 15 Maret 2026, 10:00 (Asia/Jakarta). Alamat: 203.0.113.9.');
      expect(source).toContain('<html lang="id">');
      expect(source).toContain('Auto-Submitted: auto-generated');
    });

    it('are the same mail at every attempt', async () => {
      await send();
      await send();
      const ids = smtp.received.map(({ source }) => /^Message-ID: (.*)$/im.exec(source)?.[1]);
      expect(ids[0]).toMatch(/^<[0-9a-f]{32}@jala\.example>$/);
      expect(ids[1]).toBe(ids[0]);
    });

    it('carry the link only when they leave', async () => {
      const link = testing.get(Mailer).sealedPasswordLink('the-token');
      expect(link).not.toContain('the-token');
      await send({
        template: 'password-reset',
        locale: 'en',
        params: { name: 'Siti', brand: 'Jala', link_sealed: link, valid_minutes: 60 },
      });
      expect(readable(smtp.received[0]!.source)).toContain(
        `http://localhost:${central.config.publicAddress.port}/reset-password#token=the-token`,
      );
    });

    it('cannot be turned into other mails by a name', async () => {
      const name = 'Siti\r\nBcc: all@example.net\r\n\r\n<script>alert(1)</script>';
      await send({ params: { ...payload().params, name, brand: 'ISP\r\nBcc: all@example.net' } });
      expect(smtp.received[0]!.to).toEqual(['siti@example.net']);
      const source = readable(smtp.received[0]!.source);
      expect(source).not.toMatch(/^Bcc:/im);
      expect(source.slice(source.indexOf('<!doctype'))).not.toContain('<script>');
      expect(source).toContain('&lt;script&gt;');
    });

    it('are tried again when the server says later, and given up when it says never', async () => {
      smtp.state.later = true;
      const later: unknown = await send().catch((error: unknown) => error);
      smtp.state.later = false;
      expect(later).toBeInstanceOf(Error);
      expect(later).not.toBeInstanceOf(UnrecoverableJobError);
      await expect(send({ to: 'nobody@gone.example' })).rejects.toBeInstanceOf(UnrecoverableJobError);
      await expect(send({ template: 'poem' })).rejects.toBeInstanceOf(UnrecoverableJobError);
    });

    it('do not tell the outbox what the server answered', async () => {
      const error = await send({ to: 'nobody@gone.example' }).catch((thrown: unknown) => thrown);
      expect((error as Error).message).toBe('the mail server did not take it (EENVELOPE 550)');
    });
  });

  describe('without a mail server', () => {
    beforeAll(() => start({ MAIL_TRANSPORT: 'local' }));
    afterAll(stop);

    it('land in the local outbox, newest first', async () => {
      for (const locale of ['en', 'id']) await testing.get(SendMailHandler).handle(payload({ locale }), context);
      const mails = await testing.get(DevMailsRepository).latest(10);
      expect(mails.map(({ subject }) => subject)).toEqual(['ISP Nusantara: keamanan akun Anda', 'ISP Nusantara: security of your account']);
      expect(mails[0]).toMatchObject({ to: 'siti@example.net', text: expect.stringContaining('Halo Siti') as string });
    });

    it('are shown on the host of the tenant in whose name they were sent, and on the platform', async () => {
      const handler = testing.get(SendMailHandler);
      const [surya, fajar] = [await tenancy.create(), await tenancy.create()];
      const to = (name: string): string => `${name}@example.net`;
      await handler.handle(payload({ to: to('platform') }), context);
      for (const [tenant, name] of [
        [surya, 'surya'],
        [fajar, 'fajar'],
      ] as const)
        await tenant.run(() => handler.handle(payload({ to: to(name), tenantId: tenant.context.id }), context));
      const shown = async (): Promise<string[]> => (await testing.get(DevMailsRepository).latest(3)).map((mail) => mail.to);
      expect(await surya.run(shown)).toEqual([to('surya')]);
      expect(await fajar.run(shown)).toEqual([to('fajar')]);
      expect(await shown()).toEqual([to('fajar'), to('surya'), to('platform')]);
    });

    it('are asked for in the transaction of what they tell about', async () => {
      const mailer = testing.get(Mailer);
      const to = { email: 'budi@example.net', name: 'Budi', locale: 'id' } as const;
      const params = {
        name: 'Budi',
        brand: 'Jala',
        event: 'password-changed',
        at: '2026-03-15T03:00:00.000Z',
        timezone: 'UTC',
        ip: null,
      } as const;
      const tenant = await tenancy.create();
      const attempt = tenant.run(() =>
        tenancy.database.transaction(async () => {
          await mailer.enqueue(to, 'security-notice', params);
          throw new Error('changed its mind');
        }),
      );
      await expect(attempt).rejects.toThrow();
      expect(await tenant.run(() => tenancy.database.query('SELECT id FROM outbox'))).toEqual([]);
      await tenant.run(() => mailer.enqueue(to, 'security-notice', params));
      const rows = await tenant.run(() => tenancy.database.query<{ payload: object }[]>('SELECT payload FROM outbox'));
      expect(rows).toMatchObject([{ payload: { to: 'budi@example.net', tenantId: tenant.context.id } }]);
      const link = await tenant.run(async () => mailer.sealedPasswordLink('t'));
      expect(testing.get(SecretBox).open(link, 'mail:link')).toContain(`//${tenant.context.slug}.localhost`);
    });
  });
});
