import { Archive, Ban, Download, Pencil, Play, RotateCw, Trash2 } from '@lucide/vue';
import { useQueryClient } from '@tanstack/vue-query';
import { computed, type Component, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { client, ok } from '@/api/client';
import { download } from '@/api/download';
import type { Tenant } from '@/api/models';
import { asApiError } from '@/api/problem';
import { confirm } from '@/shared/composables/confirm';
import { useErrorText } from '@/shared/composables/error-text';
import { toast } from '@/shared/composables/toasts';
import type { MenuItem } from '@/shared/ui/MenuButton.vue';

interface PrimaryAction {
  label: string;
  icon: Component;
  variant: 'primary' | 'secondary';
  run: () => void;
}

/** What can be done to a tenant in its present state: the one action of the header, and the rest in the menu. */
export function useTenantActions(tenant: Ref<Tenant | undefined>) {
  const { t } = useI18n();
  const { errorLine, errorTitle } = useErrorText();
  const cache = useQueryClient();
  const path = () => ({ params: { path: { id: tenant.value!.id } } });
  const refresh = () => cache.invalidateQueries({ queryKey: ['platform'] });

  async function done(message: string, work: Promise<unknown>) {
    await work;
    await refresh();
    toast(t(message));
  }

  const suspend = () =>
    confirm({
      title: t('tenants.suspend_title', { name: tenant.value!.name }),
      text: t('tenants.suspend_text'),
      confirm: t('tenants.suspend'),
      danger: true,
      reason: { label: t('tenants.reason'), required: true },
      run: (reason) => done('tenants.suspended', ok(client.POST('/api/platform/tenants/{id}/suspend', { ...path(), body: { reason } }))),
    });
  const resume = () =>
    confirm({
      title: t('tenants.resume_title', { name: tenant.value!.name }),
      text: t('tenants.resume_text'),
      confirm: t('tenants.resume'),
      run: () => done('tenants.resumed', ok(client.POST('/api/platform/tenants/{id}/resume', path()))),
    });
  const retry = () =>
    confirm({
      title: t('tenants.retry_title'),
      text: t('tenants.retry_text'),
      confirm: t('tenants.retry'),
      run: () => done('tenants.retried', ok(client.POST('/api/platform/tenants/{id}/retry', path()))),
    });
  /** For what a worker has given up: archiving and deleting say nothing of it, they just do not come to their end. */
  const goOn = () =>
    confirm({
      title: t('tenants.go_on_title'),
      text: t('tenants.go_on_text'),
      confirm: t('tenants.go_on'),
      run: () => done('tenants.goes_on', ok(client.POST('/api/platform/tenants/{id}/retry', path()))),
    });
  const archive = () =>
    confirm({
      title: t('tenants.archive_title', { name: tenant.value!.name }),
      text: t('tenants.archive_text'),
      confirm: t('tenants.archive'),
      danger: true,
      typeName: tenant.value!.slug,
      run: () => done('tenants.archived', ok(client.POST('/api/platform/tenants/{id}/archive', path()))),
    });
  const remove = () =>
    confirm({
      title: t('tenants.delete_title', { name: tenant.value!.name }),
      text: t('tenants.delete_text'),
      confirm: t('tenants.delete'),
      danger: true,
      typeName: tenant.value!.slug,
      run: () =>
        done(
          'tenants.deleting',
          ok(client.DELETE('/api/platform/tenants/{id}', { ...path(), body: { confirm_slug: tenant.value!.slug } })),
        ),
    });
  const saveExport = () =>
    download(`/api/platform/tenants/${tenant.value!.id}/export`, `${tenant.value!.slug}.sql.gz`).catch((error: unknown) =>
      confirm({ title: errorTitle(asApiError(error)), text: errorLine(asApiError(error)), confirm: t('action.close') }),
    );

  const primary = computed<PrimaryAction | undefined>(() => {
    switch (tenant.value?.status) {
      case 'ready':
        return { label: t('tenants.suspend'), icon: Ban, variant: 'secondary', run: suspend };
      case 'suspended':
        return { label: t('tenants.resume'), icon: Play, variant: 'primary', run: resume };
      case 'failed':
        return { label: t('tenants.retry'), icon: RotateCw, variant: 'primary', run: retry };
      default:
        return undefined;
    }
  });
  const menu = computed<MenuItem[]>(() => {
    const status = tenant.value?.status;
    if (!tenant.value || status === 'provisioning') return [];
    const again = { label: t('tenants.go_on'), icon: RotateCw, select: goOn };
    if (status === 'deleting') return [again];
    return [
      ...(status === 'archived' ? [again] : []),
      { label: t('tenants.edit'), icon: Pencil, to: { name: 'tenants.edit', params: { id: tenant.value.id } } },
      ...(tenant.value.has_export ? [{ label: t('tenants.export'), icon: Download, select: saveExport }] : []),
      ...(status === 'ready' || status === 'suspended'
        ? [{ label: t('tenants.archive'), icon: Archive, danger: true, separated: true, select: archive }]
        : []),
      { label: t('tenants.delete'), icon: Trash2, danger: true, separated: status !== 'ready' && status !== 'suspended', select: remove },
    ];
  });
  return { primary, menu };
}
