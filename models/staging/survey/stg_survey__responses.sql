{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_survey__responses') }}

),

kept as (

    select
        response_id,
        method,
        mobile_kind,
        mobile,
        telephone,
        email,
        submitted_at,
        submitted_at_zone,
        nps,
        price_sensitivity,
        preferred_feature,
        preferred_delivery,
        expected_response,
        brand_awareness,
        industry,
        text
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept
