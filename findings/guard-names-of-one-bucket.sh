#!/usr/bin/env bash
# A bucket policy that denies whatever does not come by TLS, held against AWS's own rule for it.
#
# Control Tower's proactive control CT.S3.PR.8 is a rule of CloudFormation Guard; AWS's plug-in for
# the CDK carries it, with the engine.
#
# Guess: the policy passes in whatever way its template names the bucket, for it is one policy.
# Seen:  the name of the objects is believed as Fn::Join of Fn::GetAtt alone. `${Bucket.Arn}/*` and
#        `arn:aws:s3:::${Bucket}/*` in Fn::Sub, by which SAM's users write it, fail, as if anything
#        could be had without TLS; a bucket that has a literal name passes in letters.
# So:    a red rule on a reference is looked up in the rule before the template is changed; and
#        whoever turns such a control on for an account stops deployments that are in order.
set -euo pipefail
VALIDATOR=0.0.62 # @cdklabs/cdk-validator-cfnguard@0.0.62, with cfn-guard 3.1.1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --ignore-scripts "@cdklabs/cdk-validator-cfnguard@$VALIDATOR" >/dev/null 2>&1
package=node_modules/@cdklabs/cdk-validator-cfnguard
case $(uname -s) in Darwin) system=macos ;; *) system=ubuntu ;; esac
case $(uname -m) in arm64 | aarch64) kind=aarch64 ;; *) kind=x86_64 ;; esac
guard=$package/bin/$system/$kind/cfn-guard
chmod +x "$guard"
cat >write.mjs <<'JS'
import { writeFileSync } from "node:fs";
const arn = { "Fn::GetAtt": ["Lists", "Arn"] };
for (const [name, both] of Object.entries({
  "Fn::Join": [arn, { "Fn::Join": ["", [arn, "/*"]] }],
  "Fn::Sub of its ARN": [arn, { "Fn::Sub": "${Lists.Arn}/*" }],
  "Fn::Sub of its name": [{ "Fn::Sub": "arn:aws:s3:::${Lists}" }, { "Fn::Sub": "arn:aws:s3:::${Lists}/*" }],
  letters: ["arn:aws:s3:::lists-of-a-city", "arn:aws:s3:::lists-of-a-city/*"],
})) {
  const tls = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: both,
                Condition: { Bool: { "aws:SecureTransport": "false" } } };
  const policy = { Bucket: { Ref: "Lists" },
                   PolicyDocument: { Version: "2012-10-17", Statement: [tls] } };
  writeFileSync(`${name}.json`, JSON.stringify({ Resources: {
    Lists: { Type: "AWS::S3::Bucket", Properties: { BucketName: "lists-of-a-city" } },
    OnlyTls: { Type: "AWS::S3::BucketPolicy", Properties: policy },
  } }));
}
JS
node write.mjs
for name in "Fn::Join" "Fn::Sub of its ARN" "Fn::Sub of its name" letters; do
  rule=$package/rules/control-tower/cfn-guard/s3/ct-s3-pr-8.guard
  "$guard" validate --rules "$rule" --data "$name.json" --show-summary all >told.txt 2>&1 || true
  echo "$name: $(sed -n 's/.*Status = //p' told.txt | head -1)"
done >seen.txt
cat >known.txt <<'TXT'
Fn::Join: PASS
Fn::Sub of its ARN: FAIL
Fn::Sub of its name: FAIL
letters: PASS
TXT
echo "@cdklabs/cdk-validator-cfnguard $VALIDATOR, $("$guard" --version)"
echo "guess: PASS, four times"
cat seen.txt
diff known.txt seen.txt
