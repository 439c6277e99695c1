# The targets that people of Open Cluster Management expect; all of them are npm scripts.
#   make docker-build docker-push deploy IMAGE=quay.io/<you>/multicluster-mesh-addon:latest
# The agent's image has the same name with -agent, unless AGENT_IMAGE says otherwise.
IMAGE ?= quay.io/open-cluster-management/multicluster-mesh-hub-controller:latest
AGENT_IMAGE ?=
export IMAGE AGENT_IMAGE

.PHONY: docker-build docker-push deploy undeploy test check
docker-build: node_modules
	npm run images
docker-push:
	npm run images:push
deploy:
	npm run deploy
undeploy:
	npm run undeploy
test: node_modules
	npm test
check: node_modules
	npm run check
node_modules: package-lock.json
	npm ci --no-audit --no-fund
	touch node_modules
