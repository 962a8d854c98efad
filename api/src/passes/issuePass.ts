import { isDate } from '@reciprocal-clubs/chaincode/clubs/calendar.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { requireAgreement } from '../agreements/agreement.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { command } from '../operations/command.js';
import { passSubject } from './pass.js';

/** Introduces a member to the partner of an agreement. The member number stays here: the ledger gets the member's pseudonym. */
export const issuePass = command<Schemas['IssuePassBody']>({
  name: 'passes.issue',
  creates: ({ id }) => `/passes/${id}`,
  async request(club, { actor, id, body: { memberNumber, ...introduction } }) {
    const { agreementId, from, to } = introduction;
    const { partner } = await requireAgreement(club, agreementId);
    // As the contract says; the member's tag is kept by these dates before the ledger is asked.
    if (!isDate(from) || !isDate(to) || to < from) throw new LedgerError('PASS_DATES_INVALID');
    const passId = id('record');
    const ledger = {
      ...introduction,
      actor,
      home: club.id,
      host: partner,
      commandId: id('command'),
      passId,
      pseudonym: await club.pseudonyms.of(memberNumber, agreementId),
      exclusionTag: await club.pseudonyms.exclusionTag(memberNumber, from, to),
    };
    return { ledger, subject: passSubject(passId) };
  },
});
