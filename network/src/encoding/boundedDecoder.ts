/**
 * Makes the decoder under the generated messages keep to its input, for the whole process; whoever gives bytes of others
 * to generated messages imports this.
 *
 * As it is (google-protobuf 3.21), a string or an inner message that claims to be longer than what is there is read on
 * beyond the end, for minutes, before it is refused: six bytes in a key's policy would stop every peer. Text that is not
 * UTF-8 is refused too, as Go's decoder does it.
 */
import jspb from 'google-protobuf';
import { decodeUtf8 } from './protobuf.js';

const { BinaryReader } = jspb;

/** `readBytes` is the one that looks whether the bytes are there. */
BinaryReader.prototype.readMessage = function (message, read) {
  read(message, new BinaryReader(this.readBytes()));
};

BinaryReader.prototype.readString = function () {
  return decodeUtf8(this.readBytes());
};
