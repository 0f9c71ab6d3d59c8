/**
 * Starts throw-away services, prints where they are as one line of JSON, and stops them when its standard input closes:
 * that happens whatever way the program that wanted them ends.
 */
import { describeFailure } from './failure.mjs';
import { startThrowawayServices } from './throwaway-services.mjs';

try {
  const { services, stop } = await startThrowawayServices();
  let stopping = false;
  const end = async () => {
    if (stopping) return;
    stopping = true;
    await stop();
    process.exit(0);
  };
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  process.stdout.on('error', end);
  process.stdout.write(`${JSON.stringify(services)}\n`);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exit(1);
}
