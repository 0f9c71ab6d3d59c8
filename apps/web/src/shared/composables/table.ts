import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { refDebounced } from '@vueuse/core';
import { computed, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { PageOf } from '@/api/models';

export type SortOrder = 'asc' | 'desc';
/**
 * What a list is asked for. It comes from the URL, as text that anybody may have typed, so its values fit every list's query
 * here and the server is who checks them.
 */
export type TableQuery = Record<string, never>;

export function tableQuery(values: Record<string, string | number | undefined>): TableQuery {
  return values as unknown as TableQuery;
}

export interface TableOptions<T> {
  /** Names the list in the query cache: `['platform', 'tenants']`. */
  key: readonly unknown[];
  fetch: (query: TableQuery) => Promise<PageOf<T>>;
  /** Names of the filters that this list has, as the API calls them. */
  filters?: readonly string[];
  sort?: { by: string; order: SortOrder };
  perPage?: number;
  /** Two tables on one page keep their state apart: `prefix: 's_'`. */
  prefix?: string;
  enabled?: () => boolean;
  refetchIntervalMs?: number;
}

/** State of a server-side table. All of it is in the URL, so reload, back and sharing work. */
export function useTable<T>(options: TableOptions<T>) {
  const route = useRoute();
  const router = useRouter();
  const filterNames = options.filters ?? [];
  const prefix = options.prefix ?? '';
  const own = ['page', 'per_page', 'sort', 'order', 'search', ...filterNames];

  const param = (name: string) => {
    const value = route.query[prefix + name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const state = computed(() => ({
    page: Math.max(1, Number(param('page')) || 1),
    perPage: Math.min(100, Number(param('per_page')) || (options.perPage ?? 25)),
    sort: param('sort') ?? options.sort?.by,
    order: (param('order') ?? (param('sort') ? 'asc' : (options.sort?.order ?? 'asc'))) as SortOrder,
    search: param('search'),
    filters: Object.fromEntries(filterNames.map((name) => [name, param(name)])) as Record<string, string | undefined>,
  }));
  const request = computed(() =>
    tableQuery({
      page: state.value.page,
      per_page: state.value.perPage,
      sort: state.value.sort,
      order: state.value.sort ? state.value.order : undefined,
      search: state.value.search,
      ...state.value.filters,
    }),
  );

  const query = useQuery({
    queryKey: computed(() => [...options.key, request.value]),
    queryFn: () => options.fetch(request.value),
    placeholderData: keepPreviousData,
    enabled: options.enabled,
    refetchInterval: options.refetchIntervalMs ?? false,
  });

  function go(changes: Record<string, string | number | undefined>, { replace = false } = {}) {
    const next = { ...route.query };
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') delete next[prefix + name];
      else next[prefix + name] = String(value);
    }
    return replace ? router.replace({ query: next }) : router.push({ query: next });
  }

  const searchText = ref(state.value.search ?? '');
  const settledSearch = refDebounced(searchText, 250);
  watch(settledSearch, (text) => {
    if ((text || undefined) !== state.value.search) void go({ search: text.trim(), page: undefined }, { replace: true });
  });
  watch(
    () => state.value.search,
    (text) => {
      if ((text ?? '') !== settledSearch.value.trim()) searchText.value = text ?? '';
    },
  );

  return {
    state,
    request,
    searchText,
    rows: computed(() => query.data.value?.data ?? []),
    total: computed(() => query.data.value?.meta.total ?? 0),
    /** The first load: nothing to show yet. */
    loading: computed(() => query.isPending.value),
    /** Any load, also behind rows that are already shown. */
    refreshing: computed(() => query.isFetching.value),
    error: computed(() => query.error.value),
    refetch: () => query.refetch(),
    fetchAll: (query: TableQuery) => options.fetch(query),
    filtered: computed(() => Boolean(state.value.search) || Object.values(state.value.filters).some(Boolean)),
    setPage: (page: number) => go({ page: page === 1 ? undefined : page }),
    setPerPage: (size: number) => go({ per_page: size === (options.perPage ?? 25) ? undefined : size, page: undefined }),
    setSort: (by: string) => {
      const descending = state.value.sort === by && state.value.order === 'asc';
      return go({ sort: by, order: descending ? 'desc' : 'asc', page: undefined }, { replace: true });
    },
    setFilter: (name: string, value: string | undefined) => go({ [name]: value, page: undefined }, { replace: true }),
    clear: () => {
      searchText.value = '';
      return go(
        Object.fromEntries(
          own.filter((name) => name !== 'sort' && name !== 'order' && name !== 'per_page').map((name) => [name, undefined]),
        ),
        {
          replace: true,
        },
      );
    },
  };
}

export type Table<T> = ReturnType<typeof useTable<T>>;
