export * from './idempotency-keys.repository';
export { IdempotencyPurge, IdempotencyWorkerModule } from './idempotency-upkeep';
