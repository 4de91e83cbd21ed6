-- What is doubtful: field by field as staging saw it, and across tables.
with row_issues as (

    select * from {{ ref('int_quality__row_issues') }}
    where rejection is null and duplicate_rank = 1 and not is_deleted

),

cross_table_findings as (

    select * from {{ ref('int_quality__cross_table_findings') }}

),

finding_rules as (

    select * from {{ ref('finding_rules') }}

),

entries as (

    select
        row_issues.channel,
        row_issues.entity,
        row_issues.record_key,
        row_issues.record_id,
        entry.finding
    from row_issues
    {{ cross_join_list('row_issues.findings', 'entry', 'finding') }}

),

-- column|rule|value, and the value may hold the separator itself.
field_findings as (

    select
        channel,
        entity,
        record_key,
        record_id,
        split_part(finding, '|', 1) as column_name,
        split_part(finding, '|', 2) as rule,
        substr(
            finding, length(split_part(finding, '|', 1)) + length(split_part(finding, '|', 2)) + 3
        ) as value_masked
    from entries

),

all_findings as (

    select * from field_findings
    union all
    select * from cross_table_findings

),

explained as (

    select
        all_findings.channel,
        all_findings.entity,
        all_findings.record_key,
        all_findings.record_id,
        all_findings.column_name,
        all_findings.rule,
        finding_rules.severity,
        finding_rules.is_to_verify,
        {{ mask_embedded('all_findings.value_masked') }} as value_masked,
        finding_rules.proposal
    from all_findings
    left join finding_rules on finding_rules.rule = all_findings.rule

)

select * from explained
