import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** First byte of a packet's payload in MySQL's protocol. */
const COM_QUERY = 3;

/**
 * The line between FreeRADIUS and the database, which a test can cut or freeze without taking the database away from
 * everybody else.
 */
export class DatabaseLine {
  private server: Server | undefined;
  private readonly ends = new Set<Socket>();
  private frozen = false;
  port = 0;
  /** The statements that have gone over the line since the test asked for them: COM_QUERY, one packet each. */
  statements: string[] | undefined;

  constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  async open(): Promise<void> {
    this.frozen = false;
    const server = createServer((near) => this.carry(near));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** As when the database is killed: connections break, new ones are refused. */
  async cut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const end of this.ends) end.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** As when the database hangs: connections stay, nothing comes back. */
  freeze(): void {
    this.frozen = true;
    for (const end of this.ends) end.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const end of this.ends) end.resume();
  }

  private carry(near: Socket): void {
    const far = connect(this.target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.ends.add(from);
      from.on('data', (data: Buffer) => {
        if (from === near && data[4] === COM_QUERY) this.statements?.push(data.toString('utf8', 5));
        to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.ends.delete(from);
        to.destroy();
      });
    }
    if (this.frozen) for (const end of [near, far]) end.pause();
  }
}
