import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens when a statement passes: `before`, the server never sees it; `after`, the server gets it and the client
 * never hears of the answer.
 */
export interface Trap {
  readonly statement: RegExp;
  readonly when: 'before' | 'after';
}

/** Stands between a program and its database, and can end the program at an exact statement. */
export class DatabaseProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private trap?: Trap & { readonly sprung: () => void };

  private constructor(private readonly target: { host: string; port: number }) {
    this.server = createServer((client) => this.serve(client));
  }

  static async before(target: { host: string; port: number }): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.server.address();
    if (typeof address !== 'object' || !address) throw new Error('not listening');
    return address.port;
  }

  /** Resolves when the statement came; by then the program has been ended with `kill`. */
  set(trap: Trap, kill: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.trap = {
        ...trap,
        sprung: () => {
          kill();
          resolve();
        },
      };
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(client: Socket): void {
    const server = connect(this.target);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
    server.pipe(client);
    client.on('end', () => server.end());
    client.on('close', () => server.destroySoon());
    client.on('data', (packet) => {
      const { trap } = this;
      if (!trap || !trap.statement.test(packet.toString('latin1'))) {
        server.write(packet);
        return;
      }
      this.trap = undefined;
      if (trap.when === 'after') server.write(packet);
      server.unpipe(client);
      trap.sprung();
    });
  }
}
