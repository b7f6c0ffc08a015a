"""Seeds of Amazon Bedrock's models: profiles, guardrails, marketplace endpoints and jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.clouds.aws.overlays.bedrock_jobs import BedrockJobs
from tests.clouds.aws.overlays.bedrock_models import BedrockModels
from tests.clouds.aws.seed import Role, ago
from tests.clouds.aws.seed_bedrock import MODEL, Bedrock, bedrock_id


class Models:
    """Models of an account in a region, and what is done with them."""

    def __init__(self, bedrock: Bedrock) -> None:
        self._bedrock = bedrock
        self.state: BedrockModels = bedrock.state(BedrockModels)
        self.jobs: BedrockJobs = bedrock.state(BedrockJobs)

    def profile(self, name: str, *regions: str, system: bool = False, model: str = MODEL) -> str:
        """An inference profile over regions; its ARN. `name` is the id of one that AWS defined."""
        id = name if system else bedrock_id("profile", name).lower()
        arn = self._bedrock.arn(f"{'' if system else 'application-'}inference-profile/{id}")
        self.state.profiles.append(
            {
                "inferenceProfileName": name.replace(".", " ").replace(":", " ")[:64] if system else name,
                "inferenceProfileArn": arn,
                "inferenceProfileId": id,
                "models": [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{model}"} for region in regions],
                "status": "ACTIVE",
                "type": "SYSTEM_DEFINED" if system else "APPLICATION",
                "createdAt": ago(300),
                "updatedAt": ago(300),
            }
        )
        return arn

    def guardrail(self, name: str, enforced: bool = False) -> str:
        """A guardrail, which may apply to every call; its ARN."""
        id = bedrock_id("guardrail", name).lower()
        arn = self._bedrock.arn(f"guardrail/{id}")
        self.state.guardrails.append(
            {
                "id": id,
                "arn": arn,
                "status": "READY",
                "name": name,
                "version": "DRAFT",
                "createdAt": ago(120),
                "updatedAt": ago(12),
            }
        )
        if enforced:
            self.enforce(arn)
        return arn

    def enforce(self, arn: str, **fields: Any) -> None:
        """Have a guardrail apply to every call."""
        id = arn.rpartition("/")[2]
        self.state.enforced.append(
            {"configId": f"c{id}", "guardrailArn": arn, "guardrailId": id, "guardrailVersion": "1", **fields}
        )

    def throughput(self, name: str) -> str:
        """Throughput of its own for a model; its ARN."""
        arn = self._bedrock.arn(f"provisioned-model/{bedrock_id('throughput', name).lower()}")
        model = f"arn:aws:bedrock:{self._bedrock.region}::foundation-model/{MODEL}"
        self.state.throughputs.append(
            {
                "provisionedModelName": name,
                "provisionedModelArn": arn,
                "modelArn": model,
                "desiredModelArn": model,
                "foundationModelArn": model,
                "modelUnits": 2,
                "desiredModelUnits": 2,
                "status": "InService",
                "commitmentDuration": "SixMonths",
                "creationTime": ago(40),
                "lastModifiedTime": ago(40),
            }
        )
        return arn

    def endpoint(self, name: str, role: Role) -> str:
        """An endpoint of a model from the marketplace; the ARN of SageMaker's endpoint."""
        region, account = self._bedrock.region, self._bedrock.account.id
        arn = f"arn:aws:sagemaker:{region}:{account}:endpoint/{name}"
        machine = {"initialInstanceCount": 1, "instanceType": "ml.g5.2xlarge", "executionRole": role.arn}
        self.state.endpoints.append(
            {
                "endpointArn": arn,
                "modelSourceIdentifier": f"arn:aws:sagemaker:{region}:aws:hub-content/SageMakerPublicHub/Model/m/1",
                "status": "REGISTERED",
                "createdAt": ago(33),
                "updatedAt": ago(33),
                "endpointConfig": {"sageMaker": machine},
                "endpointStatus": "InService",
            }
        )
        return arn

    def batch(self, name: str, role: Role, status: str = "Completed", when: datetime | None = None) -> str:
        """A batch inference job; its ARN."""
        arn = self._bedrock.arn(f"model-invocation-job/{bedrock_id('batch', name).lower()}")
        self.jobs.invocation.append(
            {
                "jobArn": arn,
                "jobName": name,
                "modelId": MODEL,
                "roleArn": role.arn,
                "status": status,
                "submitTime": when or ago(9),
                "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://batch-in/prompts"}},
                "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://batch-out/answers"}},
                **({"endTime": when or ago(9)} if status == "Completed" else {}),
            }
        )
        return arn

    def customization(
        self, name: str, role: Role, status: str = "Completed", when: datetime | None = None, **fields: Any
    ) -> str:
        """A job that tunes a model; its ARN."""
        arn = self._bedrock.arn(f"model-customization-job/{MODEL}/{bedrock_id('tuning', name).lower()}")
        self.jobs.customization.append(
            {
                "jobArn": arn,
                "jobName": name,
                "outputModelName": name,
                "roleArn": role.arn,
                "status": status,
                "creationTime": when or ago(9),
                "endTime": when or ago(9),
                "baseModelArn": f"arn:aws:bedrock:{self._bedrock.region}::foundation-model/{MODEL}",
                "trainingDataConfig": {"s3Uri": "s3://training/data"},
                "validationDataConfig": {"validators": []},
                "outputDataConfig": {"s3Uri": "s3://training/out"},
                **fields,
            }
        )
        return arn

    def evaluation(self, name: str, role: Role, status: str = "Completed", model: str = MODEL) -> str:
        """A job that compares models; its ARN."""
        arn = self._bedrock.arn(f"evaluation-job/{bedrock_id('evaluation', name).lower()}")
        metrics = {"taskType": "Custom", "dataset": {"name": "questions"}, "metricNames": ["Builtin.Correctness"]}
        self.jobs.evaluation.append(
            {
                "jobName": name,
                "status": status,
                "jobArn": arn,
                "roleArn": role.arn,
                "jobType": "Automated",
                "evaluationConfig": {"automated": {"datasetMetricConfigs": [metrics]}},
                "inferenceConfig": {"models": [{"bedrockModel": {"modelIdentifier": model}}]},
                "outputDataConfig": {"s3Uri": "s3://evaluation/out"},
                "creationTime": ago(8),
            }
        )
        return arn

    def model_import(self, name: str, role: Role, status: str = "Completed") -> str:
        """A job that imports a model; its ARN."""
        arn = self._bedrock.arn(f"model-import-job/{bedrock_id('import', name).lower()}")
        self.jobs.imports.append(
            {
                "jobArn": arn,
                "jobName": name,
                "importedModelName": name,
                "importedModelArn": self._bedrock.arn(f"imported-model/{bedrock_id('imported', name).lower()}"),
                "roleArn": role.arn,
                "modelDataSource": {"s3DataSource": {"s3Uri": "s3://weights/llama"}},
                "status": status,
                "creationTime": ago(7),
            }
        )
        return arn
