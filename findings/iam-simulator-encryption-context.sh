#!/usr/bin/env bash
# A key that may be used for the objects of one bucket only, as an IAM simulator sees it.
#
# Guess: a simulator that is given kms:EncryptionContext:aws:s3:arn, the condition key by which AWS
#        ties a KMS key to the objects of one bucket, allows what AWS allows.
# Seen:  it drops the key from the request, because the encryption context has names of the caller's
#        own and stands in no list, and says "implicitly denied"; kms:ViaService beside it is heeded.
#        That the key was dropped stands in ignoredContextKeys alone.
# So:    a green or red light of a simulator on a KMS statement is worth a look at that list; our
#        tests ask an evaluator that takes any context key.
set -euo pipefail
SIMULATE=0.1.173 # @cloud-copilot/iam-simulate@0.1.173

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent "@cloud-copilot/iam-simulate@$SIMULATE" >/dev/null
cat >ask.mjs <<'JS'
import { runSimulation } from "@cloud-copilot/iam-simulate";
const key = "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
for (const [name, value] of [
  ["kms:ViaService", "s3.ap-northeast-1.amazonaws.com"],
  ["kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::inbox"],
]) {
  const allow = { Effect: "Allow", Action: "kms:Decrypt", Resource: key,
                  Condition: { StringEquals: { [name]: value } } };
  const policy = { Version: "2012-10-17", Statement: [allow] };
  const account = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:root" },
                    Action: "kms:*", Resource: "*" };
  const answer = await runSimulation({
    request: { principal: "arn:aws:iam::123456789012:role/robot", action: "kms:Decrypt",
               resource: { resource: key, accountId: "123456789012" },
               contextVariables: { [name]: value } },
    identityPolicies: [{ name: "robot", policy }],
    resourcePolicy: { Version: "2012-10-17", Statement: [account] },
    serviceControlPolicies: [], resourceControlPolicies: [],
  }, {});
  console.log(`${name}: ${answer.overallResult}, ignored: ${answer.result.ignoredContextKeys ?? []}`);
}
JS
node ask.mjs >seen.txt
cat >known.txt <<'TXT'
kms:ViaService: Allowed, ignored: 
kms:EncryptionContext:aws:s3:arn: ImplicitlyDenied, ignored: kms:EncryptionContext:aws:s3:arn
TXT
echo "@cloud-copilot/iam-simulate $SIMULATE"
echo "guess: both allowed"
cat seen.txt
diff known.txt seen.txt
