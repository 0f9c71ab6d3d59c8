import { canonicalPhone } from './phone';

describe('telephone numbers', () => {
  it.each([
    ['0812-3456-7890', 'IDR', '+6281234567890'],
    ['+62 812 3456 7890', 'IDR', '+6281234567890'],
    ['6281234567890', 'IDR', '+6281234567890'],
    ['0062 812 34567890', 'IDR', '+6281234567890'],
    ['(0)772 123456', 'UGX', '+256772123456'],
    ['+49 30 1234567', 'IDR', '+49301234567'],
  ])('%s with %s is %s', (text, currency, phone) => {
    expect(canonicalPhone(text, currency)).toBe(phone);
  });

  it.each(['', 'budi', '12', '+0812', '+62812345678901234'])('%j is none', (text) => {
    expect(canonicalPhone(text, 'IDR')).toBeUndefined();
  });

  it('needs a + where the currency does not name the country', () => {
    expect(canonicalPhone('0171 234567', 'EUR')).toBeUndefined();
    expect(canonicalPhone('+49 171 234567', 'EUR')).toBe('+49171234567');
  });
});
