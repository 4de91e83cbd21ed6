with findings as (

    select * from {{ ref('int_quality__findings') }}

),

published_findings as (

    select
        channel,
        entity,
        record_key,
        column_name,
        rule,
        severity,
        value_masked as value,
        proposal
    from findings

)

select * from published_findings
