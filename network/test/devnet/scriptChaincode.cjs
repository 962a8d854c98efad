'use strict';
/** Runs steps that name methods of the stub; see script.ts. */
const { Shim } = require('fabric-shim');

module.exports = {
  async Init() {
    return Shim.success();
  },

  async Invoke(stub) {
    const { params } = stub.getFunctionAndParameters();
    try {
      const results = [];
      for (const step of JSON.parse(params[0])) results.push(await perform(stub, step));
      return Shim.success(Buffer.from(JSON.stringify(results)));
    } catch (error) {
      return Shim.error(error.message);
    }
  },
};

async function perform(stub, [method, ...args]) {
  if (method === 'firstOfRange') return firstOf(await stub.getStateByRange(...args));
  if (method === 'invokeChaincode')
    return Buffer.from(
      (await stub.invokeChaincode(args[0], ['run', JSON.stringify(args[1])], args[2] ?? '')).payload,
    ).toString();
  if (method === 'setEvent') return void stub.setEvent(args[0], Buffer.from(args[1]));
  const values = args.map((arg) => (arg.base64 === undefined ? arg : Buffer.from(arg.base64, 'base64')));
  if (method.startsWith('put')) values.push(Buffer.from(values.pop()));
  const result = await stub[method](...values);
  if (result === undefined || result === null) return null;
  if (result.iterator !== undefined) return { rows: await rowsOf(result.iterator), metadata: result.metadata };
  if (typeof result.next === 'function') return rowsOf(result);
  return Buffer.from(result).toString(method.includes('Hash') || method.includes('Validation') ? 'hex' : 'utf8');
}

async function rowsOf(iterator) {
  const rows = [];
  for (let row = await iterator.next(); !row.done; row = await iterator.next())
    rows.push(
      row.value.isDelete === undefined ? row.value.key : row.value.isDelete ? null : row.value.value.toString(),
    );
  await iterator.close();
  return rows;
}

async function firstOf(iterator) {
  const row = await iterator.next();
  await iterator.close();
  return row.value.key;
}
