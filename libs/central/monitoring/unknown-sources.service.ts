import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { type UnknownSource, UnknownSourceFiles } from '@jala/radius';
import { networkOf, networkPattern, slipsOf } from './unknown-source.rules';
import { type KnownRouter, UnknownSourcesRepository } from './unknown-sources.repository';

/** In the order of how likely it is. */
export const LIKENESSES = ['same_address', 'one_slip', 'same_network'] as const;
export type Likeness = (typeof LIKENESSES)[number];

export interface LikelyRouter extends KnownRouter {
  readonly likeness: Likeness;
}

export interface UnknownSourceView extends UnknownSource {
  /** Registered routers that may be meant, the likeliest first. */
  readonly likely: readonly LikelyRouter[];
}

/** So many rows there are at most, whatever arrives. */
const MOST_SOURCES = 1_000;
const DAY_MS = 86_400_000;
const KEPT_MS = 7 * DAY_MS;
const MOST_LIKELY = 3;

/** Packets from addresses that no router is registered for: where a mistyped address is found. */
@Injectable()
export class UnknownSourcesService {
  constructor(
    private readonly files: UnknownSourceFiles,
    private readonly sources: UnknownSourcesRepository,
    private readonly clock: Clock,
  ) {}

  /** Takes over what FreeRADIUS noted, and keeps the list small. */
  async collect(): Promise<void> {
    await this.files.drain((found) => this.sources.add(found));
    await this.sources.forgetBefore(new Date(this.clock.now().getTime() - KEPT_MS));
    await this.sources.keepAtMost(MOST_SOURCES);
  }

  /** Newest first unless asked otherwise. */
  async list(_actor: Actor, request: PageRequest): Promise<Page<UnknownSourceView>> {
    const page = await this.sources.list(request);
    return {
      total: page.total,
      rows: await Promise.all(page.rows.map(async (row) => ({ ...row, likely: await this.likely(row.address) }))),
    };
  }

  private async likely(address: string): Promise<LikelyRouter[]> {
    const [meant, neighbours] = await Promise.all([
      this.sources.routersAt([address, ...slipsOf(address)]),
      this.sources.routersLike(networkPattern(address)),
    ]);
    const near = meant.map((router) => ({
      ...router,
      likeness: router.address === address ? ('same_address' as const) : ('one_slip' as const),
    }));
    const others = neighbours
      .filter((router) => networkOf(router.address) === networkOf(address) && !near.some(({ id }) => id === router.id))
      .map((router) => ({ ...router, likeness: 'same_network' as const }));
    const rank = ({ likeness }: LikelyRouter): number => LIKENESSES.indexOf(likeness);
    return [...near, ...others].sort((one, other) => rank(one) - rank(other)).slice(0, MOST_LIKELY);
  }
}
