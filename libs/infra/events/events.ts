import { Injectable } from '@nestjs/common';

/** Something that happened, in the past tense. A subclass per kind; its fields are the facts. */
export abstract class DomainEvent {
  declare private readonly kind: 'domain-event';
}

type EventClass<E extends DomainEvent> = abstract new (...facts: never[]) => E;
type Subscriber<E extends DomainEvent> = (event: E) => Promise<void> | void;

/**
 * How a feature hears of what another one did without the other knowing it. Subscribers run one after the other inside
 * the transaction of whoever emits: what they write commits or rolls back with it, and a subscriber that throws vetoes.
 * Effects outside the database belong in the outbox.
 */
@Injectable()
export class Events {
  private readonly subscribers = new Map<EventClass<DomainEvent>, Subscriber<DomainEvent>[]>();

  on<E extends DomainEvent>(kind: EventClass<E>, subscriber: Subscriber<E>): void {
    const subscribers = this.subscribers.get(kind) ?? [];
    this.subscribers.set(kind, [...subscribers, subscriber as Subscriber<DomainEvent>]);
  }

  async emit(event: DomainEvent): Promise<void> {
    const kind = event.constructor as unknown as EventClass<DomainEvent>;
    for (const subscriber of this.subscribers.get(kind) ?? []) await subscriber(event);
  }
}
