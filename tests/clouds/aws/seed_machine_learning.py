"""Seeds of SageMaker: what moto can make it makes, the rest stands in the overlay."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.sagemaker import SageMaker
from tests.clouds.aws.seed import ago
from tests.clouds.aws.untyped import moto_module

IMAGE = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-tgi-inference:2.4.0"


class Studio:
    """SageMaker of the test's account in a region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self._account, self._region = aws.account.id, region
        self.client: Any = aws.client("sagemaker", region)
        self._beyond = aws.emulator.store.get(SageMaker, aws.account.id, region)
        self._moto = moto_module("sagemaker.models").sagemaker_backends[aws.account.id][region]

    def arn(self, resource: str) -> str:
        """ARN of something of SageMaker."""
        return f"arn:aws:sagemaker:{self._region}:{self._account}:{resource}"

    def model(self, name: str, role: str, variables: dict[str, str] | None = None) -> str:
        """A model with one container; its ARN."""
        container = {"Image": IMAGE, "Environment": variables or {}}
        made = self.client.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
        return str(made["ModelArn"])

    def endpoint(self, name: str, model: str) -> str:
        """An endpoint that serves a model; its ARN."""
        variant = {
            "VariantName": "all",
            "ModelName": model,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.g4dn.xlarge",
            "InitialVariantWeight": 1.0,
        }
        self.client.create_endpoint_config(EndpointConfigName=f"{name}-config", ProductionVariants=[variant])
        made = self.client.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-config")
        return str(made["EndpointArn"])

    def training(self, name: str, role: str, variables: dict[str, str], *, running: bool = True) -> str:
        """A training job; its ARN."""
        made = self.client.create_training_job(
            TrainingJobName=name,
            RoleArn=role,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            OutputDataConfig={"S3OutputPath": "s3://models/out"},
            ResourceConfig={"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
            StoppingCondition={"MaxRuntimeInSeconds": 3600},
            HyperParameters={"api_key": "a-value-that-must-not-stay"},
            Environment=variables,
        )
        job = self._moto.training_jobs[name]
        job.training_job_status = "InProgress" if running else "Completed"
        job.environment = variables  # moto forgets them
        return str(made["TrainingJobArn"])

    def profile(self, domain: str, name: str, role: str = "", person: str = "") -> str:
        """A user of Studio, with a role of its own where one is given; its ARN."""
        arn = self.arn(f"user-profile/{domain}/{name}")
        self._beyond.profiles.append(
            {
                "DomainId": domain,
                "UserProfileArn": arn,
                "UserProfileName": name,
                "Status": "InService",
                "CreationTime": ago(90),
                "LastModifiedTime": ago(30),
                **({"SingleSignOnUserValue": person} if person else {}),
                "UserSettings": {"ExecutionRole": role} if role else {},
            }
        )
        return arn

    def component(self, name: str, endpoint: str, model: str = "", variables: dict[str, str] | None = None) -> str:
        """A component of an endpoint: a model, or a container with variables; its ARN."""
        arn = self.arn(f"inference-component/{name}")
        container = {"ArtifactUrl": "s3://models/small", "Environment": variables or {}}
        self._beyond.components.append(
            {
                "InferenceComponentName": name,
                "InferenceComponentArn": arn,
                "EndpointName": endpoint,
                "EndpointArn": self.arn(f"endpoint/{endpoint}"),
                "VariantName": "all",
                "InferenceComponentStatus": "InService",
                "CreationTime": ago(9),
                "LastModifiedTime": ago(9),
                "Specification": {"ModelName": model} if model else {"Container": container},
            }
        )
        return arn

    def mlflow(self, name: str, role: str, user: str = "") -> str:
        """An MLflow tracking server; its ARN."""
        arn = self.arn(f"mlflow-tracking-server/{name}")
        self._beyond.servers.append(
            {
                "TrackingServerArn": arn,
                "TrackingServerName": name,
                "RoleArn": role,
                "ArtifactStoreUri": "s3://mlflow",
                "MlflowVersion": "3.0",
                "TrackingServerStatus": "Created",
                "CreationTime": ago(50),
                "CreatedBy": {"UserProfileName": user} if user else {},
            }
        )
        return arn

    def mlflow_app(self, name: str, role: str) -> str:
        """An MLflow app; its ARN."""
        arn = self.arn(f"mlflow-app/{name}")
        self._beyond.apps.append(
            {"Arn": arn, "Name": name, "RoleArn": role, "Status": "Created", "CreationTime": ago(5)}
        )
        return arn

    def partner(self, name: str, kind: str, role: str) -> str:
        """An app of a partner; its ARN."""
        arn = self.arn(f"partner-app/{name}")
        self._beyond.partners.append(
            {
                "Arn": arn,
                "Name": name,
                "Type": kind,
                "Status": "Available",
                "ExecutionRoleArn": role,
                "AuthType": "IAM",
                "CreationTime": ago(5),
                "ApplicationConfig": {"Arguments": {"token": "a-value-that-must-not-stay"}},
            }
        )
        return arn
