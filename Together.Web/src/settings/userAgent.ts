/** A device by what its browser says of itself: the browser and the system, null for what it does not say. */
export interface Device {
  browser: string | null;
  system: string | null;
  kind: 'desktop' | 'phone' | 'other';
}

// The first that matches: most browsers claim to be Chrome or Safari as well.
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\b(?:OPR|Opera)\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\bVivaldi\/(\d+)/, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[.\d]* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
];

const systems: readonly [RegExp, string, Device['kind']][] = [
  [/\biPhone\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'phone'],
  [/\bAndroid\b/, 'Android', 'phone'],
  [/\bCrOS\b/, 'ChromeOS', 'desktop'],
  [/\bWindows\b/, 'Windows', 'desktop'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS', 'desktop'],
  [/\bLinux\b/, 'Linux', 'desktop'],
];

const longestProgram = 40;

export function deviceOf(userAgent: string | null): Device {
  const text = userAgent ?? '';
  const browser = browsers.flatMap(([pattern, name]) => {
    const version = pattern.exec(text)?.[1];
    return version ? [`${name} ${version}`] : [];
  })[0];
  const system = systems.find(([pattern]) => pattern.test(text));
  if (!browser && !system) return { browser: program(text), system: null, kind: 'other' };
  return { browser: browser ?? null, system: system?.[1] ?? null, kind: system?.[2] ?? 'other' };
}

/** What is no browser names itself first: `curl/8.5.0`. */
function program(text: string): string | null {
  const [name = ''] = text.trim().split(/[\s(]/);
  return name.slice(0, longestProgram) || null;
}
