with source as (

    select * from {{ raw('shop', 'products') }}

),

cleaned as (

    select
        {{ clean_text('sku') }} as sku,
        {{ clean_text('product_name') }} as product_name,
        {{ clean_text('category') }} as category,
        {{ clean_text('subcategory') }} as subcategory,
        {{ clean_text('unit_cost') }} as unit_cost_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('shop', 'products') }} as raw_row,
        {{ row_fingerprint([
            'sku', 'product_name', 'category', 'subcategory', 'unit_cost', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_money('unit_cost_text') }} as unit_cost,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        {{ rejection('sku', 'missing_key', 'sku is null') }} as rejection,
        {{ list_of_present([
            finding(
                'unit_cost', 'invalid_amount', "unit_cost_text is not null and unit_cost is null",
                'unit_cost_text'
            ),
            finding('unit_cost', 'negative_amount', "unit_cost < 0", 'unit_cost_text'),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

ranked as (

    select
        sku,
        product_name,
        category,
        subcategory,
        unit_cost,
        is_deleted,
        sku as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, sku
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, sku) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        sku,
        product_name,
        category,
        subcategory,
        unit_cost,
        is_deleted,
        row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then raw_row
        end as raw_row,
        _source_file,
        _source_row
    from ranked

)

select * from traced
