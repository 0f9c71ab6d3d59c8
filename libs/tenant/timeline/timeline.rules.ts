import { DomainError } from '@jala/contracts';
import { userKey } from '@jala/radius';
import type { TimelineEntry, TimelineKind } from './timeline.types';

/** Within one second, which is all a router's clock tells: what comes first here happened last. */
export const TIMELINE_KINDS = ['started', 'accepted', 'rejected', 'ended', 'coa', 'change'] as const satisfies readonly TimelineKind[];

/** A router reports the session that a login opened within this time; the login itself then says nothing more. */
const LOGIN_TO_SESSION_MS = 120_000;
/** The login is noted where it is decided, the start by the router's clock. */
const CLOCKS_DIFFER_MS = 5_000;

/** The last entry of a page; the next one begins behind it. */
export interface Position {
  readonly at: Date;
  readonly kind: TimelineKind;
  readonly id: number;
}

export const POSITION = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([a-z]+)_(\d{1,16})$/;

export const positionText = ({ at, kind, id }: Position): string => `${at.toISOString()}_${kind}_${id}`;

/** @throws DomainError VALIDATION_FAILED */
export function positionOf(text: string): Position {
  const [, at, kind, id] = POSITION.exec(text) ?? [];
  const known = TIMELINE_KINDS.find((name) => name === kind);
  const instant = new Date(at ?? '');
  if (!known || Number.isNaN(instant.getTime())) {
    throw new DomainError('VALIDATION_FAILED', {}, { before: [{ code: 'position', message: 'must be the `next` of a page' }] });
  }
  return { at: instant, kind: known, id: Number(id) };
}

/** Where the entries of one kind go on: of those at the very same instant, the ones that a page has not shown yet. */
export function beforeOf(kind: TimelineKind, last: Position): { at: Date; id: number } {
  const order = TIMELINE_KINDS.indexOf(kind) - TIMELINE_KINDS.indexOf(last.kind);
  return { at: last.at, id: order === 0 ? last.id : order > 0 ? Number.MAX_SAFE_INTEGER : 0 };
}

/** Newest first. */
export function inOrder(a: Position, b: Position): number {
  return b.at.getTime() - a.at.getTime() || TIMELINE_KINDS.indexOf(a.kind) - TIMELINE_KINDS.indexOf(b.kind) || b.id - a.id;
}

/**
 * What a person needs of it: routers repeat a refused login every few seconds, so refusals in a row of one user with one
 * reason are one entry; a login that became a session is told by the session.
 */
export function condensed(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const result: TimelineEntry[] = [];
  let run = new Map<string, number>();
  for (const entry of withoutOpeners(entries)) {
    if (entry.kind !== 'rejected') {
      run = new Map();
      result.push(entry);
      continue;
    }
    const key = `${userKey(entry.login.username)} ${entry.login.reason} ${entry.login.routerId}`;
    const known = run.get(key);
    const newest = known === undefined ? undefined : result[known];
    if (known !== undefined && newest?.kind === 'rejected') {
      result[known] = { ...newest, times: newest.times + entry.times, since: entry.since };
    } else {
      run.set(key, result.push(entry) - 1);
    }
  }
  return result;
}

function withoutOpeners(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const starts = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.kind !== 'started') continue;
    const key = userKey(entry.session.username);
    starts.set(key, [...(starts.get(key) ?? []), entry.at.getTime()]);
  }
  return entries.filter((entry) => {
    if (entry.kind !== 'accepted') return true;
    const at = entry.at.getTime();
    return !starts.get(userKey(entry.login.username))?.some((start) => start >= at - CLOCKS_DIFFER_MS && start < at + LOGIN_TO_SESSION_MS);
  });
}
