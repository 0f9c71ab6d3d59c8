import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HeldLock } from '@jala/infra/central-db';
import { AppConfig } from '@jala/infra/config';
import { LoginFiles, LoginLoader } from '@jala/radius';
import { TenantLoginStore } from './tenant-login-store';

/** A backlog is taken in turns, so that whoever ends this process need not wait for all of it. */
const TURN_MS = 3_000;

/** Takes what FreeRADIUS beside this process has written about logins to the tenants' histories; of several workers beside it, one does. */
@Injectable()
export class LoginHistoryService implements OnApplicationShutdown {
  private readonly files: LoginFiles;
  private readonly loader: LoginLoader;
  private lock?: HeldLock;

  constructor(
    private readonly config: AppConfig,
    store: TenantLoginStore,
  ) {
    this.files = new LoginFiles(config.radius.runDir);
    this.loader = new LoginLoader(this.files, store);
  }

  async load(): Promise<void> {
    const lock = (this.lock ??= await this.lockOfSpool());
    if (!lock || !(await lock.isHeld())) return;
    await this.loader.load({ untilMs: Date.now() + TURN_MS, mayGoOn: () => lock.isHeld() });
  }

  onApplicationShutdown(): void {
    this.lock?.release();
  }

  /** The spool decides and not the machine: several containers may share one. */
  private async lockOfSpool(): Promise<HeldLock | undefined> {
    const identity = await this.files.identity();
    return identity === undefined ? undefined : new HeldLock(this.config.centralDb, `jala-login-history-${identity}`);
  }
}
