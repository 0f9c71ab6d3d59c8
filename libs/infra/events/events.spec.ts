import { DomainEvent, Events } from '.';

class DoorOpened extends DomainEvent {
  constructor(readonly door: string) {
    super();
  }
}
class DoorClosed extends DomainEvent {}

describe('Events', () => {
  it('reach the subscribers of their kind, in order, before emit resolves', async () => {
    const events = new Events();
    const heard: string[] = [];
    events.on(DoorOpened, async ({ door }) => {
      await Promise.resolve();
      heard.push(`first ${door}`);
    });
    events.on(DoorOpened, ({ door }) => void heard.push(`second ${door}`));
    events.on(DoorClosed, () => void heard.push('closed'));
    await events.emit(new DoorOpened('front'));
    expect(heard).toEqual(['first front', 'second front']);
  });

  it('let a subscriber veto', async () => {
    const events = new Events();
    events.on(DoorClosed, () => {
      throw new Error('somebody stands in it');
    });
    await expect(events.emit(new DoorClosed())).rejects.toThrow('somebody stands in it');
  });
});
