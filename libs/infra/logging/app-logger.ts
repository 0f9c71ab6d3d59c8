import { Injectable, type LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Level, type Logger } from 'pino';
import { AppConfig } from '@jala/infra/config';
import { LogContext } from './log-context';
import { describeError, redact } from './redaction';

/** Nest's logger on pino: one JSON object per line on stdout, with the ids of the request, job and tenant at hand. */
@Injectable()
export class AppLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: Pick<AppConfig, 'logLevel'>, destination?: DestinationStream) {
    this.pino = pino(
      {
        level: config.logLevel,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        // The description is made here; pino's own serialiser would describe the description.
        serializers: { err: (err: unknown) => err },
        formatters: { level: (label) => ({ level: label }) },
      },
      destination ?? pino.destination({ fd: 1, sync: true }),
    );
  }

  log(message: unknown, ...more: unknown[]): void {
    this.write('info', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.write('error', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }

  verbose(message: unknown, ...more: unknown[]): void {
    this.write('trace', message, more);
  }

  fatal(message: unknown, ...more: unknown[]): void {
    this.write('fatal', message, more);
  }

  /** Nest calls with `(message, …details, context)`; for errors a stack may stand before the context. */
  private write(level: Level, message: unknown, more: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const rest = [...more];
    const context = typeof rest.at(-1) === 'string' ? (rest.pop() as string) : undefined;
    const line: Record<string, unknown> = { ...LogContext.current(), ...(context === undefined ? {} : { context }) };
    for (const detail of [message, ...rest]) {
      if (detail instanceof Error) line.err = describeError(detail);
      else if (typeof detail === 'object' && detail !== null) Object.assign(line, redact(detail));
      else if (detail !== message && typeof detail === 'string') line.stack = detail;
    }
    if (message instanceof Error) this.pino[level](line, message.message);
    else if (typeof message === 'string') this.pino[level](line, message);
    else this.pino[level](line);
  }
}
