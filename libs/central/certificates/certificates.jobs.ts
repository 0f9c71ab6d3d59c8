import { Injectable, Logger } from '@nestjs/common';
import { Schedule, ScheduledTask } from '@jala/infra/queue';
import { RadsecServerCertificate } from './radsec-server-certificate.service';

const DAY_MS = 86_400_000;

/** Every worker does it for the FreeRADIUS beside it. */
@Injectable()
@Schedule({ name: 'certificates.radsec-server', everyMs: DAY_MS, atStart: true, once: false })
export class RenewRadsecServerCertificate extends ScheduledTask {
  private readonly logger = new Logger(RenewRadsecServerCertificate.name);

  constructor(private readonly server: RadsecServerCertificate) {
    super();
  }

  async run(): Promise<void> {
    if (await this.server.ensure())
      this.logger.log("FreeRADIUS has a new certificate for RadSec; it counts from the radsec process's next start");
  }
}
