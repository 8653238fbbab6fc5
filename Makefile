# Kakehashi 架け橋. `make run` shows the main job on this machine; `make help` lists the rest.
# A fresh machine needs make and python3 with pip; Python 3.13 is looked for, or fetched. The tests
# need Node.js 20 with npm and Chromium as well.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
SETUP := local/setup.sh
LAYER := build/layer/.built
JS := tests/contract/js
TOOLS := tests/e2e/js
READERS := tests/judges/js
# Whatever the shell says: hundreds of short processes would compile all that they import, each anew.
export PYTHONDONTWRITEBYTECODE :=
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= ap-northeast-1

# sam build works for the processor of this machine; a deployment says which one it wants.
ARCHITECTURE ?= $(shell uname -m | sed 's/aarch64/arm64/; s/amd64/x86_64/')
STACK ?= kakehashi

.PHONY: help install run check static fast secure test for-journeys journeys judge judges test-contract test-judges unit infra integration year e2e browser build wheel smoke bench cost conformance \
	behaviour fuzz long rehearsals quiet-year long-year coverage mutants lock docs screenshots preflight deploy install-dev install-sam format clean distclean

help: ## この一覧 / this list
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# -- installation ----------------------------------------------------------------------------------

install: .venv/.stack .venv-lambda/.boto3 $(LAYER) ## 準備 / all that `make run` needs

.venv/.python: .python-version
	@$(SETUP) venv .venv
	@touch $@

.venv/.stack: .venv/.python requirements/stack.txt pyproject.toml local/pyproject.toml
	@$(SETUP) pip .venv requirements/stack.txt
	@$(SETUP) editable .venv
	@touch $@

.venv/.dev: .venv/.stack requirements/dev.txt
	@$(SETUP) pip .venv requirements/dev.txt
	@touch $@

.venv-lambda/.boto3: .venv/.python requirements/lambda.txt
	@$(SETUP) venv .venv-lambda
	@$(SETUP) pip .venv-lambda requirements/lambda.txt
	@touch $@

.venv-console/.console: .venv/.python requirements/console.txt
	@$(SETUP) venv .venv-console
	@$(SETUP) pip .venv-console requirements/console.txt
	@touch $@

.venv-sam/.sam: .venv/.python requirements/sam.txt
	@$(SETUP) venv .venv-sam
	@$(SETUP) pip .venv-sam requirements/sam.txt
	@touch $@

.venv-checkov/.checkov: .venv/.python requirements/checkov.txt
	@$(SETUP) venv .venv-checkov
	@$(SETUP) pip .venv-checkov requirements/checkov.txt
	@touch $@

.venv-mutants/.mutmut: .venv/.python requirements/mutants.txt
	@$(SETUP) venv .venv-mutants
	@$(SETUP) pip .venv-mutants requirements/mutants.txt
	@touch $@

.venv-bench/.peers: .venv/.python requirements/bench.txt
	@$(SETUP) venv .venv-bench
	@$(SETUP) pip .venv-bench requirements/bench.txt
	@touch $@

.venv-docs/.mkdocs: .venv/.python requirements/docs.txt
	@$(SETUP) venv .venv-docs
	@$(SETUP) pip .venv-docs requirements/docs.txt
	@touch $@

.venv-release/.sbom: .venv/.python requirements/release.txt
	@$(SETUP) venv .venv-release
	@$(SETUP) pip .venv-release requirements/release.txt
	@touch $@

.venv-contract/.clients: .venv/.python requirements/contract.txt
	@$(SETUP) venv .venv-contract
	@$(SETUP) pip .venv-contract requirements/contract.txt
	@touch $@

%/node_modules/.clients: %/package-lock.json
	@$(SETUP) node $*
	@touch $@

browser:
	@$(SETUP) browser >/dev/null

$(LAYER): .venv/.stack layers/kakehashi/requirements.txt
	@$(SETUP) layer build/layer/python layers/kakehashi/requirements.txt
	@touch $@

install-dev: install .venv/.dev ## 開発とテストの準備 / what check and test need
install-sam: .venv-sam/.sam

# -- the main job ----------------------------------------------------------------------------------

run: install ## 見本の市で五晩を実行 / five nights of a demo city on this machine
	$(BIN)/kakehashi demo tour

# -- checks and tests ------------------------------------------------------------------------------

check: static fast ## コミットの前に / before each commit

static: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml infra/tool_reader.yaml infra/city_access.yaml infra/city_alarms.yaml \
		infra/deployer.yaml

fast: install-dev
	$(BIN)/pytest -q -n auto tests/unit tests/cases tests/infra

e2e journeys: for-journeys

unit infra e2e: install-dev
	$(BIN)/pytest -q tests/$@

integration: install-dev # it only computes, so it takes what the journeys beside it leave
	nice $(BIN)/pytest -q -n auto --dist worksteal tests/integration

year: install-dev ## 学校年度の 365 晩 / a school year of 365 nights, 50 minutes of CPU; not in CI, ten of its nights are
	$(BIN)/pytest -q tests/year

secure: .venv-checkov/.checkov ## 雛形の安全の検査 / the templates against checkov's rules, exceptions in .checkov.yaml
	.venv-checkov/bin/checkov --config-file .checkov.yaml
	.venv-checkov/bin/hadolint Containerfile
ifdef CFN_GUARD_RULES
	$(BIN)/python -m local.guard $(CFN_GUARD_RULES)
endif

test: install-dev ## CI が行うすべて / all that CI runs; what waits or uses one core runs beside something else
	$(MAKE) -j4 --output-sync=target fast static secure for-journeys
	$(MAKE) -j3 --output-sync=target journeys judges integration

for-journeys: $(TOOLS)/node_modules/.clients browser

journeys: install-dev # two engines, each waited for half of the time; files in their order, for some share pupils
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests/e2e tests/browser

judges:
	$(MAKE) test-contract
	$(MAKE) test-judges
	$(MAKE) smoke

test-judges: install-dev $(READERS)/node_modules/.clients ## AWS の読み手たちで / what others say of the state machines
	$(BIN)/pytest -q tests/judges

judge: install-dev ## 他人の読み手で(JUDGES=フォルダー) / what the readers in JUDGES=FOLDER make of our deliveries
	@test -n "$(JUDGES)" || { echo "JUDGES=FOLDER の中の読み手で判じます / judged by the readers in JUDGES=FOLDER"; exit 2; }
	mkdir -p build
	$(BIN)/python -m tests.judges.receivers "$(JUDGES)" --out build/judged.md $(if $(DELIVERIES),--deliveries "$(DELIVERIES)")

test-contract: .venv/.stack .venv-contract/.clients $(JS)/node_modules/.clients ## Microsoft の SDK で / Microsoft's own clients, on the fake
	.venv-contract/bin/pytest -q tests/contract

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: install-sam ## 配備物を作る / sam build
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" sam validate --lint
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" ARCHITECTURE=$(ARCHITECTURE) sam build --cached \
		--parameter-overrides Architecture=$(ARCHITECTURE)

wheel: .venv-console/.console .venv/.stack # the console as others install it, in an environment of its own
	@$(SETUP) wheel .venv-console

smoke: build wheel install-dev ## 配備物が読み込めるか / does each built function import, and the console start from its wheel
	$(BIN)/pytest -q tests/smoke

bench: install .venv-bench/.peers ## 速さの比較 / beside named peers, writes docs/benchmarks.md
	$(BIN)/python -m benchmarks $(BENCH)

cost: install-dev ## 費用の頁 / writes docs/cost.md and cost.ja.md from prices, measurements and template
	$(BIN)/python -m benchmarks.cost_page

long: install-dev ## 市の全員を二十回止めながら、四倍の学校年度、二千の年 / 22,948 pupils, killed twenty times; a year four times as large; 2,000 drawn years
	KAKEHASHI_PUPILS=22948 $(BIN)/pytest -q tests/integration/test_targets.py -k killed
	KAKEHASHI_APRIL=4000 KAKEHASHI_CHAOS=whole \
		$(BIN)/pytest -q -n auto tests/integration/test_targets.py tests/integration/test_chaos.py
	KAKEHASHI_CITIES=60 $(BIN)/pytest -q tests/integration/test_cities.py
	KAKEHASHI_YEAR_PUPILS=1000 $(BIN)/pytest -q tests/year
	KAKEHASHI_TRUTH_YEARS=2000 KAKEHASHI_TRUTH_SEED=$(or $(SEED),1) \
		$(BIN)/pytest -q -n auto tests/unit/children/test_children.py

behaviour: install-dev $(READERS)/node_modules/.clients ## 前提にしている事実の確認 / what we rely on, against the locked and the newest versions
	$(BIN)/python -m local.behaviour

rehearsals: install-dev ## 一市の初めから終わりまで、復元まで / a small city from its first account to its last, and a restore, on the engine
	$(BIN)/pytest -q tests/rehearsals

quiet-year: install-dev ## 市の全員の 365 晩の計画だけ / 365 plans for 22,948 pupils: what they count, and that they ask nothing new
	$(BIN)/python -m benchmarks.quiet_year $(YEAR)

long-year: install-dev ## 一年を状態機械で。止めても続きから / named nights of a whole city and 365 of a small one on the engine, hours; goes on where it was left
	$(BIN)/python -m tests.long_year .kakehashi/long-year $(LONG)

conformance: install-dev ## 正しい名簿と誤った名簿の見本 / right and wrong packages, one a rule, to dist/conformance; SETS=FOLDER judges official ones
ifdef SETS
	$(BIN)/python -m conformance official $(SETS)
else
	$(BIN)/python -m conformance corpus dist/conformance
endif

fuzz: install-dev ## 壊れた投入を二万件 / 20,000 mutated drops, checked and cleaned, some minutes; SEED=2 tries others
	KAKEHASHI_FUZZ=20000 KAKEHASHI_FUZZ_SEED=$(or $(SEED),1) \
		$(BIN)/pytest -q tests/unit/oneroster/test_fuzz.py tests/unit/preprocess/test_fuzz.py

coverage: install-dev ## 判断の部屋の分岐 / do tests take the branches of the rooms that decide; about four minutes, not in CI
	$(BIN)/python -m local.coverage

mutants: .venv-mutants/.mutmut ## 変異試験 / is each change in the domain noticed by a test; ROOM=diff.counting for one
	.venv-mutants/bin/python -m local.mutants $(ROOM)

# -- generated files -------------------------------------------------------------------------------

docs: install ## コードから作るページ / pages written from the code
	$(BIN)/python -m local.docs

.PHONY: site release

build/demo-pages/.saved: install # the tour in a home of its own: a stack of yours is left alone
	$(BIN)/kakehashi demo tour --home build/demo
	$(BIN)/python -m local.demo_pages build/demo build/demo-pages
	$(BIN)/kakehashi down --home build/demo
	@touch $@

site: install .venv-docs/.mkdocs build/demo-pages/.saved ## 文書のサイト / docs and the demo's pages as plain files, to build/site
	$(BIN)/python -m local.site prepare
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict
	$(BIN)/python -m local.site finish

release: install .venv-console/.console .venv-release/.sbom ## 版を作る / VERSION=1.2.3: version, changelog, dist/1.2.3 with checksums; pushes nothing
	$(BIN)/python -m local.release $(VERSION)

screenshots: run ## 報告の画面を撮り直す / docs/images, by Chromium, from the five nights
	$(BIN)/python -m local.screenshots .kakehashi/tour
	$(BIN)/kakehashi down

lock: install ## 依存の固定 / every lock, from pyproject.toml
	@$(SETUP) lock

# -- a real account --------------------------------------------------------------------------------

preflight: install ## 配備の前に足りないもの / what a deployment lacks, changes nothing
	$(BIN)/kakehashi preflight --stack $(STACK)

deploy: ARCHITECTURE := arm64
deploy: build ## AWS へ配備(初回は質問に答える) / to a real account, see docs/deploy.md
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" sam deploy --guided --stack-name $(STACK) \
		--resolve-s3 --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM \
		--parameter-overrides Architecture=$(ARCHITECTURE)

# -- tidying ---------------------------------------------------------------------------------------

clean: ## 生成物を消す(手元の状態 .kakehashi は残る) / built files
	rm -rf build .aws-sam dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find functions layers console local tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	if [ -x $(BIN)/kakehashi ]; then $(BIN)/kakehashi down; fi
	rm -rf .venv .venv-bench .venv-checkov .venv-console .venv-contract .venv-docs .venv-lambda .venv-mutants .venv-release .venv-sam .venv-uv $(JS)/node_modules $(TOOLS)/node_modules $(READERS)/node_modules
