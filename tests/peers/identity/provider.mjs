// A real OpenID provider on loopback, with one person, one web client and one service.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";

import { Provider } from "oidc-provider";

/// A new key as a private JWK with an id of its own.
export function newKey(kid) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
}

const people = { ana: { preferred_username: "ana", groups: ["data-analysts", "staff"] } };

/// `redirectUris` of the web client. Listens at `port`, 0 takes a free one: with another
/// `keys` and the same port it is the same provider after its keys were changed.
export async function startProvider({ keys, redirectUris, signOutUris, port = 0 }) {
  const server = createServer();
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, {
    jwks: { keys },
    clients: [
      {
        client_id: "charter-web",
        client_secret: "a secret with spaces & signs: 1+1",
        redirect_uris: redirectUris,
        post_logout_redirect_uris: signOutUris,
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: "etl-nightly",
        client_secret: "another secret",
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    conformIdTokenClaims: false, // the claims of a scope are in the ID token
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, client) => (client.clientId === "etl-nightly" ? "https://charter.example" : undefined),
        getResourceServerInfo: () => ({
          scope: "", audience: "charter", accessTokenFormat: "jwt", accessTokenTTL: 300,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
      rpInitiatedLogout: { enabled: true },
    },
  });
  server.on("request", provider.callback());
  return {
    url,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
    /// A token for the service, by its own credentials.
    async serviceToken() {
      const secret = Buffer.from("etl-nightly:another%20secret").toString("base64");
      const ask = () => fetch(`${url}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${secret}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      // A connection that was kept may be of the provider before it was started anew.
      const answer = await ask().catch(ask);
      const body = await answer.json();
      if (!body.access_token) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
  };
}
