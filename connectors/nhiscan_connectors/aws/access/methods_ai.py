"""Escalation through machine learning and agent services: SageMaker, Bedrock, AgentCore, DevOps Agent, DataZone."""

from __future__ import annotations

from nhiscan_connectors.aws.access.method import Method, held, passed

_SAGEMAKER = (
    passed(
        "sagemaker-notebook",
        "sagemaker",
        "sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl",
        "can open a notebook that runs as {target}",
    ),
    passed(
        "sagemaker-notebook-only",
        "sagemaker",
        "sagemaker:CreateNotebookInstance",
        "can create a notebook instance that runs as {target}",
        "sagemaker-001",
        note="a way into the notebook",
    ),
    passed(
        "sagemaker-training",
        "sagemaker",
        "sagemaker:CreateTrainingJob",
        "can run a training job as {target}",
        "sagemaker-002",
    ),
    passed(
        "sagemaker-processing",
        "sagemaker",
        "sagemaker:CreateProcessingJob",
        "can run a processing job as {target}",
        "sagemaker-003",
    ),
    passed(
        "sagemaker-tuning",
        "sagemaker",
        "sagemaker:CreateHyperParameterTuningJob",
        "can run a tuning job as {target}",
    ),
    passed(
        "sagemaker-pipeline",
        "sagemaker",
        "sagemaker:CreatePipeline sagemaker:StartPipelineExecution",
        "can run a machine learning pipeline as {target}",
    ),
    passed(
        "sagemaker-endpoint",
        "sagemaker",
        "sagemaker:CreateModel sagemaker:CreateEndpointConfig sagemaker:CreateEndpoint",
        "can serve a container of its own as {target}",
    ),
    passed(
        "sagemaker-transform",
        "sagemaker",
        "sagemaker:CreateModel sagemaker:CreateTransformJob",
        "can run a transform job with a container of its own as {target}",
    ),
    held(
        "sagemaker-notebook-url",
        "sagemaker-notebook",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "can open {workload}, which runs as {target}",
        "sagemaker-004",
    ),
    held(
        "sagemaker-lifecycle",
        "sagemaker-notebook",
        "sagemaker:StopNotebookInstance sagemaker:UpdateNotebookInstance sagemaker:StartNotebookInstance",
        "can run a start script of its own in {workload}, which runs as {target}",
        "sagemaker-005",
        anywhere="sagemaker:CreateNotebookInstanceLifecycleConfig",
    ),
    held(
        "sagemaker-domain-url",
        "sagemaker-domain sagemaker-user-profile",
        "",
        "can open {workload} as one of its users; it runs as {target}",
        anywhere="sagemaker:CreatePresignedDomainUrl",
    ),
    held(
        "sagemaker-create-app",
        "sagemaker-domain sagemaker-user-profile",
        "",
        "can start an app in {workload}, which runs as {target}, and open it",
        anywhere="sagemaker:CreateApp sagemaker:CreatePresignedDomainUrl",
    ),
    passed(
        "sagemaker-update-user-profile",
        "sagemaker",
        "sagemaker:UpdateUserProfile sagemaker:CreateApp sagemaker:CreatePresignedDomainUrl",
        "can give {target} to a Studio user and open its app",
    ),
    passed(
        "sagemaker-update-domain",
        "sagemaker",
        "sagemaker:UpdateDomain sagemaker:CreateUserProfile sagemaker:CreateApp sagemaker:CreatePresignedDomainUrl",
        "can give {target} to a Studio domain and open an app in it",
    ),
    passed(
        "sagemaker-create-domain",
        "sagemaker",
        "sagemaker:CreateDomain sagemaker:CreateUserProfile sagemaker:CreateApp sagemaker:CreatePresignedDomainUrl",
        "can make a Studio domain that runs as {target} and open an app in it",
    ),
    passed(
        "sagemaker-create-user-profile",
        "sagemaker",
        "sagemaker:CreateUserProfile sagemaker:CreateApp sagemaker:CreatePresignedDomainUrl",
        "can make a Studio user that runs as {target} and open its app",
    ),
    held(
        "sagemaker-start-session",
        "sagemaker-domain sagemaker-user-profile",
        "",
        "can connect its own editor to a space of {workload}, which runs as {target}",
        anywhere="sagemaker:StartSession",
        note="a space with remote access switched on",
    ),
    passed(
        "sagemaker-cluster",
        "sagemaker",
        "sagemaker:CreateCluster",
        "can start a HyperPod cluster whose machines run a script of its own as {target}",
    ),
    held(
        "sagemaker-mlflow",
        "sagemaker-mlflow",
        "",
        "can open {workload}, which runs as {target}",
        anywhere="sagemaker:CreatePresignedMlflowTrackingServerUrl sagemaker-mlflow:AccessUI",
    ),
    held(
        "datazone-user-profile",
        "datazone-project",
        "",
        "can make itself a user of {workload}, whose environments run as {target}",
        anywhere="datazone:CreateUserProfile",
        note="membership of the project",
    ),
)

_BEDROCK = (
    held(
        "bedrock-agent-lambda",
        "lambda-function",
        "lambda:UpdateFunctionCode",
        "can replace the code of {workload}, an agent's tool that runs as {target}, and make the agent call it",
        anywhere="bedrock:InvokeAgent",
    ),
    passed(
        "bedrock-agent-create",
        "bedrock",
        "bedrock:CreateAgent bedrock:CreateAgentActionGroup bedrock:PrepareAgent bedrock:InvokeAgent",
        "can run an agent of its own as {target}",
        note="what the agent's tools let through",
    ),
    passed(
        "bedrock-agent-update",
        "bedrock",
        "bedrock:UpdateAgent bedrock:CreateAgentActionGroup bedrock:PrepareAgent bedrock:InvokeAgent",
        "can rewrite an agent to run as {target}",
        note="what the agent's tools let through",
    ),
    passed(
        "bedrock-flow",
        "bedrock",
        "bedrock:CreateFlow bedrock:InvokeFlow",
        "can run a flow of its own as {target}",
        note="what the flow's nodes let through",
    ),
    passed(
        "bedrock-customization-job",
        "bedrock",
        "bedrock:CreateModelCustomizationJob",
        "can have a customization job read and write data as {target}",
        note="only the data that the job reads and writes",
    ),
    passed(
        "bedrock-invocation-job",
        "bedrock",
        "bedrock:CreateModelInvocationJob",
        "can have a batch inference job read and write data as {target}",
        note="only the data that the job reads and writes",
    ),
)

_AGENTCORE = (
    passed(
        "agentcore-interpreter-new",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession"
        " bedrock-agentcore:InvokeCodeInterpreter",
        "can run code in a new code interpreter as {target}",
        "bedrock-001",
    ),
    held(
        "agentcore-interpreter",
        "agentcore-code-interpreter",
        "bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter",
        "can run code in {workload}, which runs as {target}",
        "bedrock-002",
    ),
    passed(
        "agentcore-runtime-new",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:InvokeAgentRuntime",
        "can run an agent runtime of its own as {target}",
    ),
    passed(
        "agentcore-runtime-update-pass",
        "bedrock-agentcore",
        "bedrock-agentcore:UpdateAgentRuntime",
        "can rewrite an agent runtime to run as {target}",
    ),
    held(
        "agentcore-runtime-command",
        "agentcore-runtime",
        "bedrock-agentcore:InvokeAgentRuntimeCommand",
        "can run shell commands in {workload}, which runs as {target}",
    ),
    held(
        "agentcore-runtime-shell",
        "agentcore-runtime",
        "bedrock-agentcore:InvokeAgentRuntimeCommandShell",
        "can open a shell in {workload}, which runs as {target}",
    ),
    Method(
        id="agentcore-runtime-image",
        aim="workload",
        on=(),
        on_artifact=("ecr:PutImage",),
        kinds=("agentcore-runtime",),
        can="can replace the container image of {workload}, which runs as {target}",
    ),
    Method(
        id="agentcore-runtime-bundle",
        aim="workload",
        on=(),
        on_artifact=("s3:PutObject",),
        kinds=("agentcore-runtime",),
        can="can replace the code bundle of {workload}, which runs as {target}",
    ),
    passed(
        "agentcore-harness-new",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateHarness bedrock-agentcore:InvokeHarness",
        "can run an agent harness of its own as {target}",
    ),
    passed(
        "agentcore-harness-update",
        "bedrock-agentcore",
        "bedrock-agentcore:UpdateHarness bedrock-agentcore:InvokeHarness",
        "can rewrite an agent harness to run as {target}",
    ),
    held(
        "agentcore-harness-invoke",
        "agentcore-harness",
        "bedrock-agentcore:InvokeHarness",
        "can talk {workload}, which runs as {target}, into using its tools",
        note="a tool of the harness that runs code or calls other servers",
    ),
    passed(
        "agentcore-browser-new",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateBrowser bedrock-agentcore:StartBrowserSession bedrock-agentcore:InvokeBrowser",
        "can drive a new browser that runs as {target}",
    ),
    passed(
        "agentcore-browser-stream",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateBrowser bedrock-agentcore:StartBrowserSession bedrock-agentcore:UpdateBrowserStream",
        "can take over the stream of a new browser that runs as {target}",
    ),
    passed(
        "agentcore-gateway-new",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateGateway bedrock-agentcore:CreateGatewayTarget",
        "can open a gateway that calls tools as {target}",
    ),
    held(
        "agentcore-gateway-target",
        "agentcore-gateway",
        "bedrock-agentcore:UpdateGatewayTarget",
        "can point {workload}, which calls tools as {target}, at other tools",
    ),
)

_DEVOPS = (
    passed(
        "devops-agent-associate",
        "aidevops",
        "aidevops:AssociateService",
        "can have a DevOps Agent act as {target}",
        note="what the agent does when asked",
    ),
    passed(
        "devops-agent-update",
        "aidevops",
        "aidevops:UpdateAssociation",
        "can make a DevOps Agent act as {target}",
        note="what the agent does when asked",
    ),
    held(
        "devops-agent-message",
        "devops-agent-space",
        "",
        "can ask {workload}, which acts as {target}, to do things",
        anywhere="aidevops:SendMessage",
        note="what the agent does when asked",
    ),
    held(
        "devops-agent-chat",
        "devops-agent-space",
        "",
        "can open a chat with {workload}, which acts as {target}",
        anywhere="aidevops:CreateChat",
        note="what the agent does when asked",
    ),
)

AI: tuple[Method, ...] = (*_SAGEMAKER, *_BEDROCK, *_AGENTCORE, *_DEVOPS)
