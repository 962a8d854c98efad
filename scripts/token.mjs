/** Prints a token of a club: npm run --silent token -- --club harbour --role secretary [--role manager] [--subject ref] [--hours n] */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, fail, readOptions } from './options.mjs';

const usage =
  'usage: npm run --silent token -- --club <id> --role <role> [--role <role>] [--subject <ref>] [--hours <n>]';
const { data, values } = readOptions({
  club: { type: 'string' },
  role: { type: 'string', multiple: true },
  subject: { type: 'string', default: 'terminal' },
  hours: { type: 'string', default: '12' },
});
const { club, role: roles, subject, hours } = values;
if (!club || !roles) fail(usage, 2);
const folder = join(data, 'secrets', club);
if (!/^[a-z][a-z0-9-]*$/.test(club) || !existsSync(folder)) fail(`There is no club ${club} in ${data}`);

const { issueToken } = await compiled('api', 'http/issueToken.js');
try {
  console.log(await issueToken({ folder, clubId: club, subject, roles, hours: Number(hours) }));
} catch (error) {
  fail(error.message, 2);
}
