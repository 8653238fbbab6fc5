// Microsoft's JavaScript client against the fake tenant, started by ../test_javascript_client.py:
// GRAPH_URL (https), GRAPH_TENANT, GRAPH_CLIENT and GRAPH_SECRET say where and who.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, test } from "node:test";
import graphClient from "@microsoft/microsoft-graph-client";

const { BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator } = graphClient;
const { GRAPH_URL: url, GRAPH_TENANT, GRAPH_CLIENT, GRAPH_SECRET } = process.env;
const EVENTUAL = ["ConsistencyLevel", "eventual"];
const MARK = "extensionAttribute1";

async function token() {
  const form = new URLSearchParams({
    client_id: GRAPH_CLIENT,
    client_secret: GRAPH_SECRET,
    grant_type: "client_credentials",
    scope: "https://graph.microsoft.com/.default",
  });
  const answer = await fetch(`${url}/${GRAPH_TENANT}/oauth2/v2.0/token`, { method: "POST", body: form });
  return (await answer.json()).access_token;
}

// The client sends the token to hosts of Microsoft and to those named here, by https only.
const graph = Client.initWithMiddleware({
  baseUrl: url,
  authProvider: { getAccessToken: token },
  customHosts: new Set(["127.0.0.1"]),
});

async function control(method, name, body) {
  const answer = await fetch(`${url}/_tenant/${name}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.status === 204 ? null : answer.json();
}

function pupil(changes = {}) {
  const name = `t${randomUUID().slice(0, 12)}`;
  return {
    accountEnabled: true,
    displayName: "山田 太郎",
    mailNickname: name,
    userPrincipalName: `${name}@ed.example.jp`,
    usageLocation: "JP",
    passwordProfile: { password: "Kawa-7743-yama", forceChangePasswordNextSignIn: true },
    onPremisesExtensionAttributes: { [MARK]: randomUUID() },
    ...changes,
  };
}

const create = (changes) => graph.api("/users").post(pupil(changes));
const link = (user) => `https://graph.microsoft.com/v1.0/directoryObjects/${user.id}`;

async function aClass(size) {
  const group = await graph.api("/groups").post({
    displayName: "1年1組",
    mailEnabled: false,
    mailNickname: `g${randomUUID().slice(0, 12)}`,
    securityEnabled: true,
  });
  const pupils = [];
  for (let n = 0; n < size; n += 1) pupils.push(await create());
  return [`/groups/${group.id}`, pupils];
}

async function members(group) {
  const page = await graph.api(`${group}/members`).select("id").get();
  return page.value.map((member) => member.id).sort();
}

function refuses(call, statusCode, code) {
  return assert.rejects(call, (error) => {
    assert.ok(error instanceof GraphError);
    assert.deepEqual([error.statusCode, error.code], [statusCode, code]);
    return true;
  });
}

beforeEach(() => control("POST", "reset"));

test("a pupil is created with the mark and read back", async () => {
  const wanted = pupil();
  const made = await graph.api("/users").post(wanted);
  const read = await graph.api(`/users/${made.id}`).select("onPremisesExtensionAttributes,accountEnabled").get();
  assert.equal(read.onPremisesExtensionAttributes[MARK], wanted.onPremisesExtensionAttributes[MARK]);
  assert.equal(read.accountEnabled, true);
  assert.equal("usageLocation" in (await graph.api(`/users/${made.id}`).get()), false);
});

test("the same account name again is a bad request that names the other", async () => {
  const made = await create({ userPrincipalName: "once@ed.example.jp" });
  const again = create({ userPrincipalName: "ONCE@ed.example.jp" });
  await refuses(again, 400, "Request_BadRequest");
  const { details } = JSON.parse((await again.catch((error) => error)).body);
  assert.deepEqual(
    details.map((detail) => detail.target),
    ["userPrincipalName", `User_${made.id}`],
  );
});

test("pages are followed to the end by the client's own iterator", async () => {
  const made = [];
  for (let n = 0; n < 5; n += 1) made.push((await create()).id);
  const first = await graph.api("/users").select("id").top(2).get();
  const seen = [];
  await new PageIterator(graph, first, (user) => seen.push(user.id)).iterate();
  assert.deepEqual(seen.sort(), made.sort());
});

test("an advanced query needs its header on each page and counts on the first", async () => {
  for (let n = 0; n < 3; n += 1) await create();
  const query = (path) => graph.api(path).header(...EVENTUAL);
  const first = await query("/users").filter(`onPremisesExtensionAttributes/${MARK} ne 'x'`).count(true).top(2).get();
  assert.equal(first["@odata.count"], 3);
  const second = await query(first["@odata.nextLink"]).get();
  assert.deepEqual([first.value.length, second.value.length, second["@odata.count"]], [2, 1, undefined]);
  await refuses(graph.api(first["@odata.nextLink"]).get(), 400, "Request_UnsupportedQuery");
});

test("the number of users needs the header", async () => {
  await create();
  assert.equal(await graph.api("/users/$count").header(...EVENTUAL).get(), "1");
  await refuses(graph.api("/users/$count").get(), 400, "Request_BadRequest");
});

test("twenty members at once, or nobody", async () => {
  const [group, pupils] = await aClass(20);
  await graph.api(group).patch({ "members@odata.bind": pupils.map(link) });
  assert.deepEqual(await members(group), pupils.map((user) => user.id).sort());
  const newcomer = await create();
  const both = { "members@odata.bind": [link(newcomer), link(pupils[0])] };
  await refuses(graph.api(group).patch(both), 400, "Request_BadRequest");
  assert.equal((await members(group)).length, 20);
  await graph.api(`${group}/members/${pupils[0].id}/$ref`).delete();
  assert.equal((await members(group)).length, 19);
});

test("licences: counted, given to a pupil, given by a group", async () => {
  const skus = await graph.api("/subscribedSkus").get();
  const { skuId } = skus.value.find((sku) => sku.skuPartNumber === "STANDARDWOFFPACK_STUDENT");
  const add = { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] };
  const alone = await create();
  await graph.api(`/users/${alone.id}/assignLicense`).post(add);
  const [group, [inClass]] = await aClass(1);
  await graph.api(`${group}/assignLicense`).post(add);
  await graph.api(`${group}/members/$ref`).post({ "@odata.id": link(inClass) });
  for (const user of [alone, inClass]) {
    const read = await graph.api(`/users/${user.id}`).select("assignedLicenses").get();
    assert.deepEqual(read.assignedLicenses.map((licence) => licence.skuId), [skuId]);
  }
  const after = await graph.api("/subscribedSkus").get();
  assert.equal(after.value.find((sku) => sku.skuId === skuId).consumedUnits, 2);
});

test("who was deleted is in the bin and comes back", async () => {
  const made = await create();
  await graph.api(`/users/${made.id}`).delete();
  await refuses(graph.api(`/users/${made.id}`).get(), 404, "Request_ResourceNotFound");
  const bin = await graph.api("/directory/deletedItems/microsoft.graph.user").get();
  assert.deepEqual(bin.value.map((user) => user.id), [made.id]);
  const restored = await graph.api(`/directory/deletedItems/${made.id}/restore`).post({});
  assert.equal(restored.userPrincipalName, made.userPrincipalName);
});

test("a batch, made and read by the client's own classes", async () => {
  const headers = { "Content-Type": "application/json" };
  // The client cuts the host off, and would leave the version in the way.
  const step = (id, path, init, dependsOn) => ({ id, dependsOn, request: new Request(`${url}${path}`, init) });
  const write = (body) => ({ method: "POST", headers, body: JSON.stringify(body) });
  const body = pupil();
  const content = new BatchRequestContent([
    step("made", "/users", write(body)),
    step("again", "/users", write(body), ["made"]),
    step("never", "/users?$top=1", {}, ["again"]),
  ]);
  const answer = await graph.api("/$batch").post(await content.getContent());
  const responses = new BatchResponseContent(answer);
  const status = (id) => responses.getResponseById(id).status;
  assert.deepEqual([status("made"), status("again"), status("never")], [201, 400, 424]);
  assert.equal((await responses.getResponseById("made").json()).userPrincipalName, body.userPrincipalName);
});

test("an absolute address in a batch is not found, a hundred items are too many", async () => {
  const requests = [{ id: "1", method: "GET", url: `${url}/v1.0/users` }];
  const { responses } = await graph.api("/$batch").post({ requests });
  assert.equal(responses[0].status, 400);
  const many = Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, method: "GET", url: "/users" }));
  await refuses(graph.api("/$batch").post({ requests: many }), 400, "BadRequest");
});

test("a throttled request is repeated by the client itself", async () => {
  await control("POST", "faults", { status: 429, retry_after: 1, method: "POST", shape: "/users", times: 2 });
  await create();
  const counted = await control("GET", "counters");
  assert.deepEqual([counted.throttled, counted.committed], [2, 1]);
});

test("the client's request id comes back", async () => {
  const id = randomUUID();
  const error = await graph.api("/users/nobody").header("client-request-id", id).get().catch((caught) => caught);
  assert.equal(JSON.parse(error.body).innerError["client-request-id"], id);
});
