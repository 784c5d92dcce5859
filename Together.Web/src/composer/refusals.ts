import type { RefusedFile } from '@/actions/uploadQueue';
import type { InstanceLimits } from '@/contracts';
import { composer } from '@/strings/composer';

/** More are counted. */
const named = 3;

/** Why files were not added. */
export function refusalText(refused: readonly RefusedFile[], limits: InstanceLimits | undefined): string {
  const lines = refused.slice(0, named).map(({ name, because }) => {
    const isolated = `\u2068${name}\u2069`;
    switch (because) {
      case 'too_large':
        return composer.refused.too_large(isolated, sizeText(limits?.attachment_max_bytes ?? 0));
      case 'too_many':
        return composer.refused.too_many(isolated, limits?.attachments_per_message ?? 0);
      default:
        return composer.refused[because](isolated);
    }
  });
  const more = refused.length - lines.length;
  return [...lines, ...(more > 0 ? [composer.andMore(more)] : [])].join(' ');
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** Bytes as people write them, in steps of 1,000. */
export function sizeText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[step],
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}
