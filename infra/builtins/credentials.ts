/**
 * In Lambda credentials are in the environment. The SDK's own chain asks there too, and brings along four clients (SSO,
 * its OIDC, STS, sign-in) and what reads profiles, containers and instances: a quarter of a bundle, never called.
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
