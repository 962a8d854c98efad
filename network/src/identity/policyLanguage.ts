/**
 * Fabric's policy language (common/policydsl): `OR('AMSP.peer', AND('BMSP.peer', 'CMSP.admin'))`, `OutOf(2, ...)`.
 */
import { common, msp } from '@hyperledger/fabric-protos';
import { InvalidPolicyError } from './policy.js';

const TOKENS = /\s*(?:([A-Za-z]+)|(\d+)|'([^']*)'|"([^"]*)"|([(),]))/gy;
const PRINCIPAL = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/;

const ROLE_TYPES = {
  member: msp.MSPRole.MSPRoleType.MEMBER,
  admin: msp.MSPRole.MSPRoleType.ADMIN,
  client: msp.MSPRole.MSPRoleType.CLIENT,
  peer: msp.MSPRole.MSPRoleType.PEER,
  orderer: msp.MSPRole.MSPRoleType.ORDERER,
} as const;

interface Token {
  kind: 'name' | 'number' | 'string' | 'mark' | 'end';
  text: string;
}

interface Gate {
  n: number;
  operands: readonly (Gate | string)[];
}

/**
 * The policy that the text means, with the same bytes as Fabric's own tools make of it.
 * @throws InvalidPolicyError
 */
export function signaturePolicy(text: string): common.SignaturePolicyEnvelope {
  const tokens = tokenize(text);
  const gate = readGate(tokens);
  if (tokens.shift()?.kind !== 'end') throw new InvalidPolicyError(`invalid policy string '${text}'`);
  const principals: msp.MSPPrincipal[] = [];
  const policy = new common.SignaturePolicyEnvelope();
  policy.setRule(gateRule(gate, principals));
  policy.setIdentitiesList(principals);
  return policy;
}

/** Satisfied by `n` of the rules. */
export function nOutOf(n: number, rules: common.SignaturePolicy[]): common.SignaturePolicy {
  const body = new common.SignaturePolicy.NOutOf();
  body.setN(n);
  body.setRulesList(rules);
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(body);
  return rule;
}

/** Satisfied by the principal at this place of the envelope's list. */
export function signedBy(index: number): common.SignaturePolicy {
  const rule = new common.SignaturePolicy();
  rule.setSignedBy(index);
  return rule;
}

/** Principals are numbered as Fabric does it: those of inner gates come before those of the gate itself. */
function gateRule(gate: Gate, principals: msp.MSPPrincipal[]): common.SignaturePolicy {
  const inner = gate.operands.map((operand) =>
    typeof operand === 'string' ? undefined : gateRule(operand, principals),
  );
  const rules = gate.operands.map((operand, index) => {
    const rule = inner[index];
    if (rule || typeof operand !== 'string') return rule;
    principals.push(rolePrincipal(operand));
    return signedBy(principals.length - 1);
  });
  return nOutOf(
    gate.n,
    rules.filter((rule) => rule !== undefined),
  );
}

function rolePrincipal(text: string): msp.MSPPrincipal {
  const [, mspId, role] = PRINCIPAL.exec(text) ?? [];
  if (mspId === undefined || !isRole(role)) throw new InvalidPolicyError(`error parsing principal ${text}`);
  const mspRole = new msp.MSPRole();
  mspRole.setMspIdentifier(mspId);
  mspRole.setRole(ROLE_TYPES[role]);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(mspRole.serializeBinary());
  return principal;
}

function isRole(text: string | undefined): text is keyof typeof ROLE_TYPES {
  return text !== undefined && text in ROLE_TYPES;
}

function readGate(tokens: Token[]): Gate {
  const name = expectToken(tokens, 'name').text;
  expectToken(tokens, 'mark', '(');
  const n = ['OutOf', 'outof', 'OUTOF'].includes(name) ? readCount(tokens) : undefined;
  const operands = readOperands(tokens);
  if (operands.length === 0) throw new InvalidPolicyError('expected at least two arguments to NOutOf. Given 1');
  if (n !== undefined && n > operands.length + 1)
    throw new InvalidPolicyError(`invalid t-out-of-n predicate, t ${n}, n ${operands.length}`);
  if (n !== undefined) return { n, operands };
  if (['And', 'and', 'AND'].includes(name)) return { n: operands.length, operands };
  if (['Or', 'or', 'OR'].includes(name)) return { n: 1, operands };
  throw new InvalidPolicyError(`unrecognized token '${name}' in policy string`);
}

function readCount(tokens: Token[]): number {
  const token = tokens.shift();
  if (token?.kind !== 'number' && !(token?.kind === 'string' && /^\d+$/.test(token.text)))
    throw new InvalidPolicyError('unrecognized type, expected a number');
  if (tokens[0]?.text === ',') tokens.shift();
  return Number(token.text);
}

function readOperands(tokens: Token[]): (Gate | string)[] {
  const operands: (Gate | string)[] = [];
  while (tokens[0]?.text !== ')' || tokens[0].kind !== 'mark') {
    if (operands.length > 0) expectToken(tokens, 'mark', ',');
    operands.push(tokens[0]?.kind === 'string' ? expectToken(tokens, 'string').text : readGate(tokens));
  }
  tokens.shift();
  return operands;
}

function expectToken(tokens: Token[], kind: Token['kind'], text?: string): Token {
  const token = tokens.shift();
  if (token?.kind !== kind || (text !== undefined && token.text !== text))
    throw new InvalidPolicyError(`invalid policy string: expected ${text ?? kind}, found '${token?.text ?? ''}'`);
  return token;
}

function tokenize(text: string): Token[] {
  const matches = [...text.trimEnd().matchAll(TOKENS)];
  const consumed = matches.reduce((length, [match]) => length + match.length, 0);
  if (consumed !== text.trimEnd().length) throw new InvalidPolicyError(`invalid policy string '${text}'`);
  return [...matches.map(tokenOf), { kind: 'end', text: '' }];
}

function tokenOf([, name, number, single, double, mark]: RegExpExecArray): Token {
  if (name !== undefined) return { kind: 'name', text: name };
  if (number !== undefined) return { kind: 'number', text: number };
  if (mark !== undefined) return { kind: 'mark', text: mark };
  return { kind: 'string', text: single ?? double ?? '' };
}
