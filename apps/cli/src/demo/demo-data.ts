import type { PlanTerms } from '@jala/central/plans';
import type { NewCustomer } from '@jala/tenant/customers';
import type { NewServicePlan } from '@jala/tenant/service-plans';

const MBPS = 1_000_000;
/** ISO 4217 counts the rupiah in hundredths. */
const rupiah = (amount: number): number => amount * 100;

/** What the platform sells ISPs. */
export const PLATFORM_PLANS: readonly PlanTerms[] = [
  {
    name: 'Starter',
    priceMonthlyMinor: rupiah(250_000),
    priceYearlyMinor: rupiah(2_500_000),
    currency: 'IDR',
    maxRouters: 2,
    maxUsers: 250,
    maxVouchers: 2_000,
    features: ['pppoe', 'hotspot'],
    active: true,
  },
  {
    name: 'Growth',
    priceMonthlyMinor: rupiah(750_000),
    priceYearlyMinor: rupiah(7_500_000),
    currency: 'IDR',
    maxRouters: 10,
    maxUsers: 2_000,
    maxVouchers: 20_000,
    features: ['pppoe', 'hotspot', 'reports', 'resellers'],
    active: true,
  },
  {
    name: 'Unlimited',
    priceMonthlyMinor: rupiah(2_500_000),
    priceYearlyMinor: rupiah(25_000_000),
    currency: 'IDR',
    maxRouters: null,
    maxUsers: null,
    maxVouchers: null,
    features: ['pppoe', 'hotspot', 'reports', 'resellers', 'custom_domain', 'api'],
    active: true,
  },
];

const monthly = (name: string, mbps: number, price: number, description: string): NewServicePlan => ({
  name,
  downloadBps: mbps * MBPS,
  uploadBps: mbps * MBPS,
  priceMinor: rupiah(price),
  currency: 'IDR',
  validityValue: 1,
  validityUnit: 'months',
  quotaBytes: null,
  sharedUsers: 1,
  description,
  active: true,
});

export const SERVICE_PLANS: readonly NewServicePlan[] = [
  monthly('Starter 2 Mbps', 2, 99_000, 'Chat dan media sosial untuk satu rumah kecil'),
  monthly('Home 5 Mbps', 5, 150_000, 'Belajar dan bekerja dari rumah'),
  monthly('Home 10 Mbps', 10, 250_000, 'Streaming untuk seluruh keluarga'),
  monthly('Business 20 Mbps', 20, 500_000, 'Toko, kafe dan kantor kecil'),
  monthly('Enterprise 50 Mbps', 50, 1_200_000, 'Kantor dengan banyak pengguna'),
];

export type DemoCustomer = Omit<NewCustomer, 'servicePlanId' | 'password'> & {
  readonly username: string;
  readonly plan: string;
  readonly suspended?: string;
};

/** The first one is who proves that RADIUS answers. */
export const CUSTOMERS: readonly [DemoCustomer, ...DemoCustomer[]] = [
  {
    username: 'budi',
    name: 'Budi Santoso',
    plan: 'Home 10 Mbps',
    serviceType: 'pppoe',
    phone: '+6281234567801',
    email: 'budi.santoso@example.com',
    address: 'Jl. Melati No. 12, Sleman, Yogyakarta',
  },
  {
    username: 'siti',
    name: 'Siti Nurhaliza',
    plan: 'Home 5 Mbps',
    serviceType: 'pppoe',
    phone: '+6281234567802',
    email: 'siti.nurhaliza@example.com',
    address: 'Jl. Kenanga No. 5, Bantul, Yogyakarta',
  },
  {
    username: 'ahmad',
    name: 'Ahmad Wijaya',
    plan: 'Business 20 Mbps',
    serviceType: 'pppoe',
    phone: '+6281234567803',
    email: 'ahmad.wijaya@example.com',
    address: 'Jl. Malioboro No. 88, Yogyakarta',
    notes: 'Kafe; tagihan atas nama CV Wijaya Kopi',
  },
  {
    username: 'dewi',
    name: 'Dewi Sartika',
    plan: 'Home 5 Mbps',
    serviceType: 'pppoe',
    phone: '+6281234567804',
    email: 'dewi.sartika@example.com',
    address: 'Jl. Anggrek No. 21, Sleman, Yogyakarta',
    suspended: 'Tagihan bulan lalu belum dibayar',
  },
  {
    username: 'rini',
    name: 'Rini Susanti',
    plan: 'Starter 2 Mbps',
    serviceType: 'hotspot',
    phone: '+6281234567805',
    email: 'rini.susanti@example.com',
    address: 'Jl. Mawar No. 3, Kulon Progo, Yogyakarta',
  },
];

export const ROUTER = { name: 'RB-Kantor', address: '127.0.0.1', location: 'Kantor pusat' } as const;
