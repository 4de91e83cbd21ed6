{#- The attributes of the golden record in the order of customer_base. Each is stated in int_profile__candidates, has a
    row in seed survivorship_rules and a column in int_profile__golden_records. -#}
{% macro golden_attributes() -%}
    {{ return([
        'name', 'gender', 'birth_date', 'age', 'mobile', 'email', 'province', 'city', 'district',
        'is_urban', 'occupation', 'education', 'income_band', 'company_name', 'registered_at',
        'acquisition_channel', 'member_level', 'account_status', 'home_store_id',
    ]) }}
{%- endmacro %}
