import type { Pool } from 'pg';

/** What whoever watches a club's database wants to know. */
export interface Counts {
  /** transactions that are set aside */
  readonly quarantined: number;
  /** of these: halves that differ */
  readonly diverged: number;
  /** of these: keys with another policy than their contract gives them */
  readonly policies: number;
  /** transactions whose private values have not come */
  readonly missing: number;
  /** events ever made */
  readonly events: number;
}

export async function readCounts(pool: Pool): Promise<Counts> {
  const { rows } = await pool.query<Counts>(
    `SELECT (SELECT count(*) FROM projection.quarantine) AS quarantined,
            (SELECT count(*) FROM projection.quarantine WHERE reason LIKE 'DIVERGED%') AS diverged,
            (SELECT count(*) FROM projection.quarantine WHERE reason LIKE 'POLICY%') AS policies,
            (SELECT count(*) FROM projection.missing) AS missing,
            (SELECT coalesce(max(position), 0) FROM projection.event) AS events`,
  );
  const [counts] = rows;
  if (!counts) throw new Error('the database counts nothing');
  return counts;
}
