import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppLogger } from '@jala/infra/logging';
import { ProgramModule } from '@jala/program';

/** Runs something with all of Jala's services, and closes their connections afterwards. */
export async function withProgram<T>(fn: (program: INestApplicationContext) => Promise<T>): Promise<T> {
  // Standard output belongs to the command's answer.
  const logger = new AppLogger({ logLevel: 'warn' }, process.stderr);
  const program = await NestFactory.createApplicationContext(ProgramModule, { logger, abortOnError: false });
  try {
    return await fn(program);
  } finally {
    await program.close();
  }
}
