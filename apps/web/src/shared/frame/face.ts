import type { Permission } from '@jala/contracts';
import type { Component } from 'vue';
import type { RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import type { User } from '@/api/models';
import type { MessageLoader } from '../i18n';

export interface NavigationItem {
  /** Message key. */
  label: string;
  to: RouteLocationRaw & { name: string };
  icon: Component;
  permission?: Permission;
}

export interface NavigationGroup {
  /** Message key; none for the first group. */
  label?: string;
  items: NavigationItem[];
}

export interface CommandItem {
  id: string;
  label: string;
  hint?: string;
  icon: Component;
  to?: RouteLocationRaw;
  run?: () => void;
  /** Words it is also found by. */
  keywords?: string;
}

/** Finds things by what is typed: customers, tenants … Called from two letters on. */
export interface CommandSource {
  /** Message key of the heading. */
  label: string;
  permission?: Permission;
  find: (text: string, signal: AbortSignal) => Promise<CommandItem[]>;
}

/** What a host shows after login. One per audience, loaded only where it is needed. */
export interface Face {
  messages: MessageLoader;
  routes: RouteRecordRaw[];
  navigation: NavigationGroup[];
  /** Above every page, while there is something everybody must know. */
  notice?: Component;
  /** The jobs of this person at the bottom of a phone; empty for those who work at a desk. */
  bottomBar: (user: User) => NavigationItem[];
  /** Actions of the command palette, `t` for their labels. */
  commands: (t: (key: string) => string) => (CommandItem & { permission?: Permission })[];
  sources: CommandSource[];
  home: (user: User) => RouteLocationRaw;
}
