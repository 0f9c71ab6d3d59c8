export { DomainEvent, Events } from './events';
export { EventsModule } from './events.module';
