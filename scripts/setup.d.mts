/** Path of an installed Chromium, from CHROMIUM_PATH or the PATH. */
export function findChromium(): string | undefined;
export function ensureChromium(): string | undefined;
export function installPackages(): void;
export function run(command: string, args: readonly string[], options?: object): boolean;
