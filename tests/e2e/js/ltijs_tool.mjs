// A learning tool made with ltijs. Its pages are JSON: what it believes of a launch, and who it
// reads in the class. `node ltijs_tool.mjs PORT PLATFORM CLIENT_ID`
import { createServer } from "node:http";

import ltijs from "ltijs";

import { Memory } from "./memory.mjs";

const [port, platform, clientId] = process.argv.slice(2);
const lti = ltijs.Provider;

// Another site than the launcher's, as in life: so its cookies must come with the launcher's POST.
lti.setup(
  "a key for the cookies of a test",
  { plugin: new Memory() },
  { cookies: { secure: true, sameSite: "None" }, keysetRoute: "/keys" },
);

lti.onConnect(async (token, _request, response) => response.json(token));

lti.app.get("/members", async (request, response) => {
  const { limit, pages } = request.query;
  const options = { limit, pages: pages === "all" ? false : 1 };
  response.json(await lti.NamesAndRoles.getMembers(response.locals.token, options));
});

lti.onDeepLinking(async (token, _request, response) => {
  const content = {
    type: "ltiResourceLink",
    title: "ずけいの もんだい",
    url: `http://localhost:${port}/?content=zukei`,
    custom: { content: "zukei" },
  };
  response.send(await lti.DeepLinking.createDeepLinkingForm(token, [content], {}));
});

await lti.deploy({ serverless: true, silent: true });
await lti.registerPlatform({
  url: platform,
  name: "Kakehashi",
  clientId,
  authenticationEndpoint: `${platform}/lti/authorize`,
  accesstokenEndpoint: `${platform}/lti/token`,
  authConfig: { method: "JWK_SET", key: `${platform}/.well-known/jwks.json` },
});
createServer(lti.app).listen(Number(port), "127.0.0.1");
