/** The Kyverno minor versions that the studio knows, oldest first. */
export const KYVERNO_VERSIONS = [
  '1.11',
  '1.12',
  '1.13',
  '1.14',
  '1.15',
  '1.16',
  '1.17',
  '1.18',
  '1.19',
] as const;

export type KyvernoVersion = (typeof KYVERNO_VERSIONS)[number];

export const LATEST_KYVERNO: KyvernoVersion = '1.19';
