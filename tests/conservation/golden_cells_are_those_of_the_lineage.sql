-- Guards the trace of the golden record: a cell of customer_base is what its row in the lineage
-- says, and a row of the lineage stands in its cell. An age grows with the years: not compared.
{% set columns = {'mobile': 'mobile_masked', 'email': 'email_masked', 'industry': 'industry',
    'company_credit_code': 'company_credit_code', 'company_size_band': 'company_size_band'} -%}
{% for attribute in golden_attributes() if attribute not in ('age', 'mobile', 'email') -%}
{% do columns.update({attribute: attribute}) -%}
{% endfor -%}

with cells as (

    {% for attribute, column in columns.items() %}
    select
        customer_id,
        '{{ attribute }}' as attribute,
        cast({{ column }} as string) as cell_value
    from {{ ref('customer_base') }}
    where {{ column }} is not null {{ "and gender <> 'unknown'" if attribute == 'gender' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

lineage as (

    select * from {{ ref('customer_attribute_lineage') }}
    where attribute <> 'age'

)

select
    coalesce(cells.customer_id, lineage.customer_id) as customer_id,
    coalesce(cells.attribute, lineage.attribute) as attribute,
    cells.cell_value,
    lineage.chosen_value
from cells
full outer join lineage
    on lineage.customer_id = cells.customer_id and lineage.attribute = cells.attribute
where
    cells.customer_id is null
    or lineage.customer_id is null
    or cells.cell_value <> lineage.chosen_value
