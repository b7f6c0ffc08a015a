"""Escalation through builds, data jobs and workflows: a role is handed to them, or they already have one."""

from __future__ import annotations

from nhiscan_connectors.aws.access.method import Method, held, passed

_BUILD = (
    passed(
        "codebuild-create-start",
        "codebuild",
        "codebuild:CreateProject codebuild:StartBuild",
        "can build a project of its own as {target}",
        "codebuild-001",
    ),
    passed(
        "codebuild-create-batch",
        "codebuild",
        "codebuild:CreateProject codebuild:StartBuildBatch",
        "can build a project of its own as {target}, as a batch",
        "codebuild-004",
    ),
    held(
        "codebuild-start",
        "codebuild-project",
        "codebuild:StartBuild",
        "can start {workload} with commands of its own; it runs as {target}",
        "codebuild-002",
    ),
    held(
        "codebuild-start-batch",
        "codebuild-project",
        "codebuild:StartBuildBatch",
        "can start {workload} as a batch with commands of its own; it runs as {target}",
        "codebuild-003",
    ),
    held(
        "codebuild-update-start",
        "codebuild-project",
        "codebuild:UpdateProject codebuild:StartBuild",
        "can rewrite {workload}, which runs as {target}, and start it",
    ),
    passed(
        "codebuild-update-pass",
        "codebuild",
        "codebuild:UpdateProject codebuild:StartBuild",
        "can rewrite a build project to run as {target}, and start it",
    ),
    passed(
        "codepipeline-create",
        "codepipeline",
        "codepipeline:CreatePipeline codebuild:CreateProject codepipeline:StartPipelineExecution",
        "can run a pipeline of its own as {target}",
    ),
    passed(
        "codepipeline-update",
        "codepipeline",
        "codepipeline:UpdatePipeline codepipeline:StartPipelineExecution",
        "can rewrite a pipeline to run as {target}",
        note="what the pipeline's actions let through",
    ),
    held(
        "codepipeline-poll",
        "codepipeline-pipeline",
        "",
        "can take over jobs of {workload}, which runs as {target}, with the credentials in them",
        anywhere="codepipeline:PollForJobs",
        note="a custom action in the pipeline",
    ),
    passed(
        "cloudformation-create-stack",
        "cloudformation",
        "cloudformation:CreateStack",
        "can create a stack that acts as {target}",
        "cloudformation-001",
    ),
    held(
        "cloudformation-update-stack",
        "cloudformation-stack",
        "cloudformation:UpdateStack",
        "can rewrite {workload}, which acts as {target}",
        "cloudformation-002",
    ),
    passed(
        "cloudformation-create-stack-set",
        "cloudformation",
        "cloudformation:CreateStackSet cloudformation:CreateStackInstances",
        "can create a stack set that is run by {target}",
        "cloudformation-003",
    ),
    passed(
        "cloudformation-update-stack-set",
        "cloudformation",
        "cloudformation:UpdateStackSet",
        "can rewrite a stack set and have it run by {target}",
        "cloudformation-004",
    ),
    held(
        "cloudformation-change-set",
        "cloudformation-stack",
        "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet",
        "can change {workload} by a change set; it acts as {target}",
        "cloudformation-005",
    ),
    passed(
        "cloudcontrol-create",
        "cloudformation",
        "cloudformation:CreateResource",
        "can create resources through Cloud Control as {target}",
    ),
    passed(
        "cloudcontrol-update",
        "cloudformation",
        "cloudformation:UpdateResource",
        "can change resources through Cloud Control as {target}",
    ),
)

_DATA = (
    passed(
        "datapipeline-create",
        "datapipeline",
        "datapipeline:CreatePipeline datapipeline:PutPipelineDefinition datapipeline:ActivatePipeline",
        "can run a data pipeline as {target}",
        "datapipeline-001",
    ),
    passed(
        "glue-create-endpoint",
        "glue",
        "glue:CreateDevEndpoint",
        "can open a Glue development endpoint as {target}",
        "glue-001",
    ),
    held(
        "glue-update-endpoint",
        "glue-dev-endpoint",
        "glue:UpdateDevEndpoint",
        "can put its own SSH key on {workload}, which runs as {target}",
        "glue-002",
    ),
    passed(
        "glue-create-job-run",
        "glue",
        "glue:CreateJob glue:StartJobRun",
        "can run a Glue job as {target}",
        "glue-003",
    ),
    passed(
        "glue-create-job-trigger",
        "glue",
        "glue:CreateJob glue:CreateTrigger",
        "can have a Glue job triggered as {target}",
        "glue-004",
    ),
    passed(
        "glue-update-job-run",
        "glue",
        "glue:UpdateJob glue:StartJobRun",
        "can rewrite a Glue job to run as {target}",
        "glue-005",
    ),
    passed(
        "glue-update-job-trigger",
        "glue",
        "glue:UpdateJob glue:CreateTrigger",
        "can rewrite a Glue job to be triggered as {target}",
        "glue-006",
    ),
    passed(
        "glue-session",
        "glue",
        "glue:CreateSession glue:RunStatement",
        "can run statements in a Glue session as {target}",
        "labs:glue-007",
    ),
    passed(
        "emr-run-job-flow",
        "ec2",
        "elasticmapreduce:RunJobFlow",
        "can start an EMR cluster whose machines run as {target}",
    ),
    held(
        "emr-open-editor",
        "emr-cluster",
        "elasticmapreduce:OpenEditorInConsole",
        "can open a notebook on {workload}, whose machines run as {target}",
        note="a notebook that is attached to the cluster",
    ),
    held(
        "emr-add-steps",
        "emr-cluster",
        "elasticmapreduce:AddJobFlowSteps",
        "can run steps of its own on {workload}, whose machines run as {target}",
    ),
    passed(
        "emr-serverless-run",
        "emr-serverless",
        "emr-serverless:StartJobRun",
        "can run an EMR Serverless job as {target}",
    ),
)

_FLOW = (
    passed(
        "states-create-start",
        "states",
        "states:CreateStateMachine states:StartExecution",
        "can run a state machine of its own as {target}",
    ),
    passed(
        "states-create-start-sync",
        "states",
        "states:CreateStateMachine states:StartSyncExecution",
        "can run an express state machine of its own as {target}",
    ),
    passed("states-test-state", "states", "states:TestState", "can run one state of its own as {target}"),
    held(
        "states-update",
        "stepfunctions-state-machine",
        "states:UpdateStateMachine",
        "can rewrite {workload}, which runs as {target}",
        note="an execution of it",
    ),
    passed(
        "states-update-pass",
        "states",
        "states:UpdateStateMachine states:StartExecution",
        "can rewrite a state machine to run as {target}, and start it",
    ),
    passed(
        "scheduler-create",
        "scheduler",
        "scheduler:CreateSchedule",
        "can schedule calls that are made as {target}",
    ),
    passed(
        "scheduler-update",
        "scheduler",
        "scheduler:UpdateSchedule",
        "can change a schedule to make calls as {target}",
    ),
    passed(
        "events-put-targets",
        "events",
        "events:PutRule events:PutTargets",
        "can have events set off calls that are made as {target}",
    ),
    passed(
        "events-put-targets-only",
        "events",
        "events:PutTargets",
        "can add a target to a rule, which is called as {target}",
        note="a rule that goes off",
    ),
    passed("pipes-create", "pipes", "pipes:CreatePipe", "can run an event pipe as {target}"),
    passed("pipes-update", "pipes", "pipes:UpdatePipe", "can rewrite an event pipe to run as {target}"),
)

JOBS: tuple[Method, ...] = (*_BUILD, *_DATA, *_FLOW)
"""Builds and stacks, data processing, and workflows."""
