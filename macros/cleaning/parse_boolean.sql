{#- Yes or no. In: a column of clean text. Out: boolean, or null where it says neither. -#}
{% macro parse_boolean(column) -%}
    case
        when lower({{ column }}) in ('1', '1.0', 'true', 't', 'yes', 'y', '是', '已', '已验证', '同意', '授权', 'granted') then true
        when lower({{ column }}) in ('0', '0.0', 'false', 'f', 'no', 'n', '否', '未', '未验证', '不同意', '拒绝', '撤回', '已撤回', '撤销',
            'withdrawn', 'revoked', 'denied', 'refused') then false
    end
{%- endmacro %}
