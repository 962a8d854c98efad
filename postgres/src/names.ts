/** Where a club's things are in Postgres. */
export const names = (clubId: string) => ({
  database: `club_${clubId}`,
  /** runs migrations */
  owner: `${clubId}_owner`,
  /** reads `projection`, keeps `records` */
  api: `${clubId}_api`,
  /** keeps `projection`, and the verdicts of attempts */
  listener: `${clubId}_listener`,
});
