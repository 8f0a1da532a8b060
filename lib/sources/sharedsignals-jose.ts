// Of a library that is imported late all is bundled; of a file that is, only what the file names.
export { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from "jose";
