-- What customers answer in surveys; what is dated in the future does not count.
{% set time_zone = channel_timezone('survey') -%}

with responses as (

    select * from {{ ref('stg_survey__responses') }}

),

mentions as (

    select * from {{ ref('int_activity__mentions') }}
    where kind = 'survey'

),

dated as (

    select
        responses.response_id,
        mentions.customer_id,
        responses.nps,
        responses.industry,
        {{ to_business_time(
            'responses.submitted_at',
            "coalesce(responses.submitted_at_zone, " ~ time_zone ~ ")"
        ) }} as submitted_at
    from responses
    inner join mentions on mentions.mention_id = 'survey:' || responses.response_id

),

submitted as (

    select
        response_id,
        customer_id,
        nps,
        industry,
        submitted_at
    from dated
    where not {{ is_future('submitted_at') }}

)

select * from submitted
