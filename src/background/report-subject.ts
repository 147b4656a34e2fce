/** What a report belongs to: an object, by its uid, and the namespace that it lies in. */
export interface ReportSubject {
  readonly uid: string;
  readonly namespace: string;
}
